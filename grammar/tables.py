"""The tables of net.lark, written by write_tables.py: change net.lark and run `make tables`.

A state maps what comes next to the state that it leads to, or (below zero) to a reduction:
how many values it takes, its rule, the method of tree_builder.py, whether its values go to its
parent.
"""

# ruff: noqa: E501
# fmt: off
MADE_OF = 1125401516
START = {'file': 0, 'expression': 1}
FINAL = {'file': 25, 'expression': 31}
KEYWORDS = {'as': 'AS', 'default': 'DEFAULT', 'else': 'ELSE', 'for': 'FOR', 'from': 'FROM', 'if': 'IF', 'import': 'IMPORT', 'in': 'IN', 'not': 'NOT', 'require': 'REQUIRE', 'share': 'SHARE'}
TERMINALS: tuple[tuple[str, str], ...] = (
    ('POSITION', '(?<=[\\w\\])]\\.)[0-9]+(?!\\w)'),
    ('DIMS', '[0-9]+(x[0-9]+)+(?!\\w)'),
    ('NUMBER', '([0-9]+\\.[0-9]*|(?<![\\w\\])])\\.[0-9]+)([eE][+-]?[0-9]+)?(?!\\w)|[0-9]+[eE][+-]?[0-9]+(?!\\w)|[0-9]+(_[0-9]+)*(?!\\w)'),
    ('STRING', '"[^"\\\\\n]*(\\\\.[^"\\\\\n]*)*"|\'[^\'\\\\\n]*(\\\\.[^\'\\\\\n]*)*\''),
    ('DOC', '##[^\n]*'),
    ('CONSTANT', '(true|false|none)\\b'),
    ('KIND', '(block|net)\\b'),
    ('OPERATOR', '[<>=!]=|\\*\\*|\\/\\/|[+*\\/%@<>]|(and|or)\\b'),
    ('COMMENT', '#[^\n]*'),
    ('NAME', '[^\\W\\d][\\w\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u065f\u0670\u06d6-\u06ed\u0711-\u07f3\u0816-\u109f\u135d-\u135f\u1712-\u1dff\u302a-\u302f\u3099\u309a\ufe20-\ufe2f]*'),
    ('NEWLINE', '\n[ \t\r\n]*'),
    ('SPACE', '[ \t\r\ufeff]+'),
    ('ELLIPSIS', '\\.\\.\\.'),
    ('ARROW', '\\->'),
    ('COLON', ':'),
    ('COMMA', ','),
    ('DOT', '\\.'),
    ('EQUAL', '='),
    ('LBRACE', '\\{'),
    ('LPAR', '\\('),
    ('LSQB', '\\['),
    ('MINUS', '\\-'),
    ('RBRACE', '\\}'),
    ('RPAR', '\\)'),
    ('RSQB', '\\]'),
)
REDUCTIONS = (
    (0, '_arguments', '_arguments', True),  # -1
    (1, '_arguments', None, True),  # -2
    (2, '_arguments', '_arguments', True),  # -3
    (0, '_condition', '_condition', True),  # -4
    (2, '_condition', '_condition', True),  # -5
    (0, '_documentation', '_documentation', True),  # -6
    (2, '_documentation', '_documentation', True),  # -7
    (1, '_expressions', None, True),  # -8
    (3, '_expressions', '_expressions', True),  # -9
    (1, '_imported', None, True),  # -10
    (3, '_imported', '_imported', True),  # -11
    (1, '_items', None, True),  # -12
    (2, '_items', '_items', True),  # -13
    (1, '_label', None, True),  # -14
    (4, '_label', '_label', True),  # -15
    (1, '_module', None, True),  # -16
    (3, '_module', '_module', True),  # -17
    (2, '_more', '_more', True),  # -18
    (1, '_operand', None, True),  # -19
    (2, '_operand', '_operand', True),  # -20
    (1, '_operation', None, True),  # -21
    (2, '_operation', '_operation', True),  # -22
    (1, '_parameters', None, True),  # -23
    (3, '_parameters', '_parameters', True),  # -24
    (1, '_ports', None, True),  # -25
    (3, '_ports', '_ports', True),  # -26
    (1, '_some_arguments', None, True),  # -27
    (3, '_some_arguments', '_some_arguments', True),  # -28
    (1, '_some_items', None, True),  # -29
    (3, '_some_items', '_some_items', True),  # -30
    (0, '_statements', '_statements', True),  # -31
    (1, '_statements', None, True),  # -32
    (3, '_statements', '_statements', True),  # -33
    (1, '_targets', None, True),  # -34
    (3, '_targets', '_targets', True),  # -35
    (2, '_value', '_value', True),  # -36
    (0, 'alias', 'alias', False),  # -37
    (2, 'alias', 'alias', False),  # -38
    (1, 'applied', None, False),  # -39
    (3, 'applied', 'attribute', False),  # -40
    (4, 'applied', 'call', False),  # -41
    (4, 'applied', 'index', False),  # -42
    (1, 'argument', None, False),  # -43
    (2, 'argument', 'setting', False),  # -44
    (1, 'atom', 'constant', False),  # -45
    (1, 'atom', 'dims', False),  # -46
    (1, 'atom', 'name', False),  # -47
    (1, 'atom', 'number', False),  # -48
    (1, 'atom', 'text', False),  # -49
    (2, 'atom', 'list_', False),  # -50
    (3, 'atom', 'list_', False),  # -51
    (3, 'atom', 'paren', False),  # -52
    (7, 'atom', 'for_', False),  # -53
    (8, 'atom', 'comprehension', False),  # -54
    (1, 'body', 'body', False),  # -55
    (3, 'body', 'body', False),  # -56
    (0, 'bound', 'bound', False),  # -57
    (1, 'bound', 'bound', False),  # -58
    (1, 'dtype', 'dtype', False),  # -59
    (1, 'expression', None, False),  # -60
    (5, 'expression', 'conditional', False),  # -61
    (1, 'file', 'file', False),  # -62
    (2, 'imported', 'imported', False),  # -63
    (0, 'inputs', 'inputs', False),  # -64
    (2, 'inputs', 'inputs', False),  # -65
    (1, 'item', 'ellipsis', False),  # -66
    (1, 'item', None, False),  # -67
    (3, 'item', 'slice', False),  # -68
    (5, 'item', 'slice', False),  # -69
    (1, 'label', 'label', False),  # -70
    (1, 'module', 'module', False),  # -71
    (1, 'operation', 'operation', False),  # -72
    (0, 'outputs', 'outputs', False),  # -73
    (2, 'outputs', 'outputs', False),  # -74
    (1, 'parameter', 'parameter', False),  # -75
    (2, 'parameter', 'parameter', False),  # -76
    (0, 'parameters', 'parameters', False),  # -77
    (2, 'parameters', 'parameters', False),  # -78
    (3, 'parameters', 'parameters', False),  # -79
    (4, 'parameters', 'parameters', False),  # -80
    (1, 'port', 'port', False),  # -81
    (2, 'port', 'port', False),  # -82
    (3, 'port', 'port', False),  # -83
    (2, 'shape', 'shape', False),  # -84
    (3, 'shape', 'shape', False),  # -85
    (1, 'statement', 'evaluation', False),  # -86
    (2, 'statement', 'assignment', False),  # -87
    (2, 'statement', 'require', False),  # -88
    (3, 'statement', 'import_', False),  # -89
    (3, 'statement', 'share', False),  # -90
    (4, 'statement', 'from_import', False),  # -91
    (5, 'statement', 'default', False),  # -92
    (7, 'statement', 'block', False),  # -93
    (1, 'target', 'name', False),  # -94
    (5, 'target', 'names', False),  # -95
)
STATES: tuple[dict[str, int], ...] = (
    {'$END': -31, 'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -6, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -6, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -31, 'NOT': 12, 'NUMBER': 13, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 20, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'file': 25, 'operation': 26, 'statement': 27, 'target': 28},  # 0
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 31, 'operation': 26},  # 1
    {'$END': -45, 'AS': -45, 'COLON': -45, 'COMMA': -45, 'DOT': -45, 'ELSE': -45, 'FOR': -45, 'IF': -45, 'IN': -45, 'LBRACE': -45, 'LPAR': -45, 'LSQB': -45, 'MINUS': -45, 'NEWLINE': -45, 'NOT_IN': -45, 'OPERATOR': -45, 'RBRACE': -45, 'RPAR': -45, 'RSQB': -45},  # 2
    {'NAME': 32},  # 3
    {'$END': -46, 'AS': -46, 'COLON': -46, 'COMMA': -46, 'DOT': -46, 'ELSE': -46, 'FOR': -46, 'IF': -46, 'IN': -46, 'LBRACE': -46, 'LPAR': -46, 'LSQB': -46, 'MINUS': -46, 'NEWLINE': -46, 'NOT_IN': -46, 'OPERATOR': -46, 'RBRACE': -46, 'RPAR': -46, 'RSQB': -46},  # 4
    {'LPAR': 33, 'NAME': 34, '_targets': 35, 'target': 28},  # 5
    {'NAME': 36, '_module': 37, 'module': 38},  # 6
    {'NAME': 36, '_module': 37, 'module': 39},  # 7
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 40, 'operation': 26, 'target': 41},  # 8
    {'COLON': -57, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'RSQB': 43, 'STRING': 16, '_items': 44, '_operand': 18, '_operation': 19, '_some_items': 45, 'applied': 22, 'atom': 23, 'bound': 46, 'expression': 47, 'item': 48, 'operation': 26},  # 9
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 49, 'applied': 22, 'atom': 23},  # 10
    {'$END': -47, 'AS': -47, 'COMMA': -94, 'DOT': -47, 'EQUAL': -94, 'IF': -47, 'IN': -47, 'LPAR': -47, 'LSQB': -47, 'MINUS': -47, 'NEWLINE': -47, 'NOT_IN': -47, 'OPERATOR': -47, 'RBRACE': -47, 'RPAR': -47},  # 11
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 50, 'applied': 22, 'atom': 23},  # 12
    {'$END': -48, 'AS': -48, 'COLON': -48, 'COMMA': -48, 'DOT': -48, 'ELSE': -48, 'FOR': -48, 'IF': -48, 'IN': -48, 'LBRACE': -48, 'LPAR': -48, 'LSQB': -48, 'MINUS': -48, 'NEWLINE': -48, 'NOT_IN': -48, 'OPERATOR': -48, 'RBRACE': -48, 'RPAR': -48, 'RSQB': -48},  # 13
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_expressions': 51, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 52, 'operation': 26},  # 14
    {'NAME': 53},  # 15
    {'$END': -49, 'AS': -49, 'COLON': -49, 'COMMA': -49, 'DOT': -49, 'ELSE': -49, 'FOR': -49, 'IF': -49, 'IN': -49, 'LBRACE': -49, 'LPAR': -49, 'LSQB': -49, 'MINUS': -49, 'NEWLINE': -49, 'NOT_IN': -49, 'OPERATOR': -49, 'RBRACE': -49, 'RPAR': -49, 'RSQB': -49},  # 16
    {'DOC': 54, 'KIND': 55},  # 17
    {'$END': -21, 'AS': -21, 'COLON': -21, 'COMMA': -21, 'ELSE': -21, 'FOR': -21, 'IF': -21, 'IN': -21, 'LBRACE': -21, 'MINUS': -21, 'NEWLINE': -21, 'NOT_IN': -21, 'OPERATOR': -21, 'RBRACE': -21, 'RPAR': -21, 'RSQB': -21},  # 18
    {'$END': -72, 'AS': 56, 'COLON': -72, 'COMMA': -72, 'ELSE': -72, 'FOR': -72, 'IF': -72, 'IN': 57, 'LBRACE': -72, 'MINUS': 58, 'NEWLINE': -72, 'NOT_IN': 59, 'OPERATOR': 60, 'RBRACE': -72, 'RPAR': -72, 'RSQB': -72, '_more': 61},  # 19
    {'$END': -62, 'NEWLINE': 62},  # 20
    {'COMMA': 63, 'EQUAL': 64, '_value': 65},  # 21
    {'$END': -19, 'AS': -19, 'COLON': -19, 'COMMA': -19, 'DOT': 66, 'ELSE': -19, 'FOR': -19, 'IF': -19, 'IN': -19, 'LBRACE': -19, 'LPAR': 67, 'LSQB': 68, 'MINUS': -19, 'NEWLINE': -19, 'NOT_IN': -19, 'OPERATOR': -19, 'RBRACE': -19, 'RPAR': -19, 'RSQB': -19},  # 22
    {'$END': -39, 'AS': -39, 'COLON': -39, 'COMMA': -39, 'DOT': -39, 'ELSE': -39, 'FOR': -39, 'IF': -39, 'IN': -39, 'LBRACE': -39, 'LPAR': -39, 'LSQB': -39, 'MINUS': -39, 'NEWLINE': -39, 'NOT_IN': -39, 'OPERATOR': -39, 'RBRACE': -39, 'RPAR': -39, 'RSQB': -39},  # 23
    {'$END': -86, 'NEWLINE': -86, 'RBRACE': -86},  # 24
    {},  # 25
    {'$END': -60, 'COLON': -60, 'COMMA': -60, 'FOR': -60, 'IF': 69, 'LBRACE': -60, 'NEWLINE': -60, 'RBRACE': -60, 'RPAR': -60, 'RSQB': -60},  # 26
    {'$END': -32, 'NEWLINE': -32, 'RBRACE': -32},  # 27
    {'COMMA': -34, 'EQUAL': -34, 'IN': -34, 'RPAR': -34},  # 28
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 40, 'operation': 26},  # 29
    {'$END': -47, 'AS': -47, 'COLON': -47, 'COMMA': -47, 'DOT': -47, 'ELSE': -47, 'FOR': -47, 'IF': -47, 'IN': -47, 'LBRACE': -47, 'LPAR': -47, 'LSQB': -47, 'MINUS': -47, 'NEWLINE': -47, 'NOT_IN': -47, 'OPERATOR': -47, 'RBRACE': -47, 'RPAR': -47, 'RSQB': -47},  # 30
    {},  # 31
    {'LPAR': 70},  # 32
    {'LPAR': 33, 'NAME': 34, 'target': 41},  # 33
    {'COMMA': -94, 'EQUAL': -94, 'IN': -94, 'RPAR': -94},  # 34
    {'COMMA': 63, 'IN': 71},  # 35
    {'$END': -16, 'AS': -16, 'DOT': -16, 'IMPORT': -16, 'NEWLINE': -16, 'RBRACE': -16},  # 36
    {'$END': -71, 'AS': -71, 'DOT': 72, 'IMPORT': -71, 'NEWLINE': -71, 'RBRACE': -71},  # 37
    {'IMPORT': 73},  # 38
    {'$END': -37, 'AS': 74, 'NEWLINE': -37, 'RBRACE': -37, 'alias': 75},  # 39
    {'RPAR': 76},  # 40
    {'COMMA': 77},  # 41
    {'COMMA': -66, 'RSQB': -66},  # 42
    {'$END': -50, 'AS': -50, 'COLON': -50, 'COMMA': -50, 'DOT': -50, 'ELSE': -50, 'FOR': -50, 'IF': -50, 'IN': -50, 'LBRACE': -50, 'LPAR': -50, 'LSQB': -50, 'MINUS': -50, 'NEWLINE': -50, 'NOT_IN': -50, 'OPERATOR': -50, 'RBRACE': -50, 'RPAR': -50, 'RSQB': -50},  # 43
    {'RSQB': 78},  # 44
    {'COMMA': 79, 'RSQB': -12},  # 45
    {'COLON': 80},  # 46
    {'COLON': -58, 'COMMA': -67, 'FOR': 81, 'RSQB': -67},  # 47
    {'COMMA': -29, 'RSQB': -29},  # 48
    {'$END': -20, 'AS': -20, 'COLON': -20, 'COMMA': -20, 'ELSE': -20, 'FOR': -20, 'IF': -20, 'IN': -20, 'LBRACE': -20, 'MINUS': -20, 'NEWLINE': -20, 'NOT_IN': -20, 'OPERATOR': -20, 'RBRACE': -20, 'RPAR': -20, 'RSQB': -20},  # 49
    {'$END': -20, 'AS': -20, 'COLON': -20, 'COMMA': -20, 'ELSE': -20, 'FOR': -20, 'IF': -20, 'IN': -20, 'LBRACE': -20, 'MINUS': -20, 'NEWLINE': -20, 'NOT_IN': -20, 'OPERATOR': -20, 'RBRACE': -20, 'RPAR': -20, 'RSQB': -20},  # 50
    {'$END': -88, 'COMMA': 82, 'NEWLINE': -88, 'RBRACE': -88},  # 51
    {'$END': -8, 'COMMA': -8, 'NEWLINE': -8, 'RBRACE': -8},  # 52
    {'EQUAL': 64, '_value': 83},  # 53
    {'DOC': -7, 'KIND': -7},  # 54
    {'NAME': 84},  # 55
    {'NAME': 85, 'STRING': 86, '_label': 87, 'label': 88},  # 56
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 89, 'applied': 22, 'atom': 23},  # 57
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 90, 'applied': 22, 'atom': 23},  # 58
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 91, 'applied': 22, 'atom': 23},  # 59
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 92, 'applied': 22, 'atom': 23},  # 60
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 61
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -6, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -6, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NOT': 12, 'NUMBER': 13, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 93, 'target': 28},  # 62
    {'LPAR': 33, 'NAME': 34, 'target': 94},  # 63
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 95, 'operation': 26},  # 64
    {'$END': -87, 'NEWLINE': -87, 'RBRACE': -87},  # 65
    {'NAME': 96, 'POSITION': 97},  # 66
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 98, 'NOT': 12, 'NUMBER': 13, 'RPAR': -1, 'STRING': 16, '_arguments': 99, '_operand': 18, '_operation': 19, '_some_arguments': 100, 'applied': 22, 'argument': 101, 'atom': 23, 'expression': 102, 'operation': 26},  # 67
    {'COLON': -57, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_items': 103, '_operand': 18, '_operation': 19, '_some_items': 45, 'applied': 22, 'atom': 23, 'bound': 46, 'expression': 104, 'item': 48, 'operation': 26},  # 68
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 105},  # 69
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 98, 'NOT': 12, 'NUMBER': 13, 'RPAR': -1, 'STRING': 16, '_arguments': 106, '_operand': 18, '_operation': 19, '_some_arguments': 100, 'applied': 22, 'argument': 101, 'atom': 23, 'expression': 102, 'operation': 26},  # 70
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 107, 'operation': 26},  # 71
    {'NAME': 108},  # 72
    {'NAME': 109, '_imported': 110, 'imported': 111},  # 73
    {'NAME': 112},  # 74
    {'$END': -89, 'NEWLINE': -89, 'RBRACE': -89},  # 75
    {'$END': -52, 'AS': -52, 'COLON': -52, 'COMMA': -52, 'DOT': -52, 'ELSE': -52, 'FOR': -52, 'IF': -52, 'IN': -52, 'LBRACE': -52, 'LPAR': -52, 'LSQB': -52, 'MINUS': -52, 'NEWLINE': -52, 'NOT_IN': -52, 'OPERATOR': -52, 'RBRACE': -52, 'RPAR': -52, 'RSQB': -52},  # 76
    {'LPAR': 33, 'NAME': 34, '_targets': 113, 'target': 28},  # 77
    {'$END': -51, 'AS': -51, 'COLON': -51, 'COMMA': -51, 'DOT': -51, 'ELSE': -51, 'FOR': -51, 'IF': -51, 'IN': -51, 'LBRACE': -51, 'LPAR': -51, 'LSQB': -51, 'MINUS': -51, 'NEWLINE': -51, 'NOT_IN': -51, 'OPERATOR': -51, 'RBRACE': -51, 'RPAR': -51, 'RSQB': -51},  # 78
    {'COLON': -57, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'RSQB': -13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 46, 'expression': 104, 'item': 114, 'operation': 26},  # 79
    {'COLON': -57, 'COMMA': -57, 'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'RSQB': -57, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 115, 'expression': 116, 'operation': 26},  # 80
    {'LPAR': 33, 'NAME': 34, '_targets': 117, 'target': 28},  # 81
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 118, 'operation': 26},  # 82
    {'$END': -90, 'NEWLINE': -90, 'RBRACE': -90},  # 83
    {'ARROW': -77, 'COLON': -77, 'EQUAL': -77, 'LBRACE': -77, 'LPAR': 119, 'parameters': 120},  # 84
    {'$END': -14, 'AS': -14, 'COLON': -14, 'COMMA': -14, 'ELSE': -14, 'FOR': -14, 'IF': -14, 'IN': -14, 'LBRACE': -14, 'LSQB': -14, 'MINUS': -14, 'NEWLINE': -14, 'NOT_IN': -14, 'OPERATOR': -14, 'RBRACE': -14, 'RPAR': -14, 'RSQB': -14},  # 85
    {'$END': -14, 'AS': -14, 'COLON': -14, 'COMMA': -14, 'ELSE': -14, 'FOR': -14, 'IF': -14, 'IN': -14, 'LBRACE': -14, 'LSQB': -14, 'MINUS': -14, 'NEWLINE': -14, 'NOT_IN': -14, 'OPERATOR': -14, 'RBRACE': -14, 'RPAR': -14, 'RSQB': -14},  # 86
    {'$END': -70, 'AS': -70, 'COLON': -70, 'COMMA': -70, 'ELSE': -70, 'FOR': -70, 'IF': -70, 'IN': -70, 'LBRACE': -70, 'LSQB': 121, 'MINUS': -70, 'NEWLINE': -70, 'NOT_IN': -70, 'OPERATOR': -70, 'RBRACE': -70, 'RPAR': -70, 'RSQB': -70},  # 87
    {'$END': -18, 'AS': -18, 'COLON': -18, 'COMMA': -18, 'ELSE': -18, 'FOR': -18, 'IF': -18, 'IN': -18, 'LBRACE': -18, 'MINUS': -18, 'NEWLINE': -18, 'NOT_IN': -18, 'OPERATOR': -18, 'RBRACE': -18, 'RPAR': -18, 'RSQB': -18},  # 88
    {'$END': -18, 'AS': -18, 'COLON': -18, 'COMMA': -18, 'ELSE': -18, 'FOR': -18, 'IF': -18, 'IN': -18, 'LBRACE': -18, 'MINUS': -18, 'NEWLINE': -18, 'NOT_IN': -18, 'OPERATOR': -18, 'RBRACE': -18, 'RPAR': -18, 'RSQB': -18},  # 89
    {'$END': -18, 'AS': -18, 'COLON': -18, 'COMMA': -18, 'ELSE': -18, 'FOR': -18, 'IF': -18, 'IN': -18, 'LBRACE': -18, 'MINUS': -18, 'NEWLINE': -18, 'NOT_IN': -18, 'OPERATOR': -18, 'RBRACE': -18, 'RPAR': -18, 'RSQB': -18},  # 90
    {'$END': -18, 'AS': -18, 'COLON': -18, 'COMMA': -18, 'ELSE': -18, 'FOR': -18, 'IF': -18, 'IN': -18, 'LBRACE': -18, 'MINUS': -18, 'NEWLINE': -18, 'NOT_IN': -18, 'OPERATOR': -18, 'RBRACE': -18, 'RPAR': -18, 'RSQB': -18},  # 91
    {'$END': -18, 'AS': -18, 'COLON': -18, 'COMMA': -18, 'ELSE': -18, 'FOR': -18, 'IF': -18, 'IN': -18, 'LBRACE': -18, 'MINUS': -18, 'NEWLINE': -18, 'NOT_IN': -18, 'OPERATOR': -18, 'RBRACE': -18, 'RPAR': -18, 'RSQB': -18},  # 92
    {'$END': -33, 'NEWLINE': -33, 'RBRACE': -33},  # 93
    {'COMMA': -35, 'EQUAL': -35, 'IN': -35, 'RPAR': -35},  # 94
    {'$END': -36, 'COMMA': -36, 'NEWLINE': -36, 'RBRACE': -36, 'RPAR': -36},  # 95
    {'$END': -40, 'AS': -40, 'COLON': -40, 'COMMA': -40, 'DOT': -40, 'ELSE': -40, 'FOR': -40, 'IF': -40, 'IN': -40, 'LBRACE': -40, 'LPAR': -40, 'LSQB': -40, 'MINUS': -40, 'NEWLINE': -40, 'NOT_IN': -40, 'OPERATOR': -40, 'RBRACE': -40, 'RPAR': -40, 'RSQB': -40},  # 96
    {'$END': -40, 'AS': -40, 'COLON': -40, 'COMMA': -40, 'DOT': -40, 'ELSE': -40, 'FOR': -40, 'IF': -40, 'IN': -40, 'LBRACE': -40, 'LPAR': -40, 'LSQB': -40, 'MINUS': -40, 'NEWLINE': -40, 'NOT_IN': -40, 'OPERATOR': -40, 'RBRACE': -40, 'RPAR': -40, 'RSQB': -40},  # 97
    {'AS': -47, 'COMMA': -47, 'DOT': -47, 'EQUAL': 64, 'IF': -47, 'IN': -47, 'LPAR': -47, 'LSQB': -47, 'MINUS': -47, 'NOT_IN': -47, 'OPERATOR': -47, 'RPAR': -47, '_value': 122},  # 98
    {'RPAR': 123},  # 99
    {'COMMA': 124, 'RPAR': -2},  # 100
    {'COMMA': -27, 'RPAR': -27},  # 101
    {'COMMA': -43, 'RPAR': -43},  # 102
    {'RSQB': 125},  # 103
    {'COLON': -58, 'COMMA': -67, 'RSQB': -67},  # 104
    {'ELSE': 126},  # 105
    {'RPAR': 127},  # 106
    {'LBRACE': 128},  # 107
    {'$END': -17, 'AS': -17, 'DOT': -17, 'IMPORT': -17, 'NEWLINE': -17, 'RBRACE': -17},  # 108
    {'$END': -37, 'AS': 74, 'COMMA': -37, 'NEWLINE': -37, 'RBRACE': -37, 'alias': 129},  # 109
    {'$END': -91, 'COMMA': 130, 'NEWLINE': -91, 'RBRACE': -91},  # 110
    {'$END': -10, 'COMMA': -10, 'NEWLINE': -10, 'RBRACE': -10},  # 111
    {'$END': -38, 'COMMA': -38, 'NEWLINE': -38, 'RBRACE': -38},  # 112
    {'COMMA': 63, 'RPAR': 131},  # 113
    {'COMMA': -30, 'RSQB': -30},  # 114
    {'COLON': 132, 'COMMA': -68, 'RSQB': -68},  # 115
    {'COLON': -58, 'COMMA': -58, 'RSQB': -58},  # 116
    {'COMMA': 63, 'IN': 133},  # 117
    {'$END': -9, 'COMMA': -9, 'NEWLINE': -9, 'RBRACE': -9},  # 118
    {'NAME': 134, 'RPAR': 135, '_parameters': 136, 'parameter': 137},  # 119
    {'ARROW': -64, 'COLON': 138, 'EQUAL': -64, 'LBRACE': -64, 'inputs': 139},  # 120
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 140, 'operation': 26},  # 121
    {'COMMA': -44, 'RPAR': -44},  # 122
    {'$END': -41, 'AS': -41, 'COLON': -41, 'COMMA': -41, 'DOT': -41, 'ELSE': -41, 'FOR': -41, 'IF': -41, 'IN': -41, 'LBRACE': -41, 'LPAR': -41, 'LSQB': -41, 'MINUS': -41, 'NEWLINE': -41, 'NOT_IN': -41, 'OPERATOR': -41, 'RBRACE': -41, 'RPAR': -41, 'RSQB': -41},  # 123
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 98, 'NOT': 12, 'NUMBER': 13, 'RPAR': -3, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'argument': 141, 'atom': 23, 'expression': 102, 'operation': 26},  # 124
    {'$END': -42, 'AS': -42, 'COLON': -42, 'COMMA': -42, 'DOT': -42, 'ELSE': -42, 'FOR': -42, 'IF': -42, 'IN': -42, 'LBRACE': -42, 'LPAR': -42, 'LSQB': -42, 'MINUS': -42, 'NEWLINE': -42, 'NOT_IN': -42, 'OPERATOR': -42, 'RBRACE': -42, 'RPAR': -42, 'RSQB': -42},  # 125
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 142, 'operation': 26},  # 126
    {'$END': -92, 'NEWLINE': -92, 'RBRACE': -92},  # 127
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -6, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -6, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -31, 'NOT': 12, 'NUMBER': 13, 'RBRACE': -31, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 143, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 27, 'target': 28},  # 128
    {'$END': -63, 'COMMA': -63, 'NEWLINE': -63, 'RBRACE': -63},  # 129
    {'NAME': 109, 'imported': 144},  # 130
    {'COMMA': -95, 'EQUAL': -95, 'IN': -95, 'RPAR': -95},  # 131
    {'COMMA': -57, 'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'RSQB': -57, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 145, 'expression': 116, 'operation': 26},  # 132
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 146},  # 133
    {'COMMA': -75, 'EQUAL': 64, 'RPAR': -75, '_value': 147},  # 134
    {'ARROW': -78, 'COLON': -78, 'EQUAL': -78, 'LBRACE': -78},  # 135
    {'COMMA': 148, 'RPAR': 149},  # 136
    {'COMMA': -23, 'RPAR': -23},  # 137
    {'LSQB': 150, 'NAME': 151, '_ports': 152, 'port': 153, 'shape': 154},  # 138
    {'ARROW': 155, 'EQUAL': -73, 'LBRACE': -73, 'outputs': 156},  # 139
    {'RSQB': 157},  # 140
    {'COMMA': -28, 'RPAR': -28},  # 141
    {'$END': -61, 'COLON': -61, 'COMMA': -61, 'FOR': -61, 'LBRACE': -61, 'NEWLINE': -61, 'RBRACE': -61, 'RPAR': -61, 'RSQB': -61},  # 142
    {'NEWLINE': 62, 'RBRACE': 158},  # 143
    {'$END': -11, 'COMMA': -11, 'NEWLINE': -11, 'RBRACE': -11},  # 144
    {'COMMA': -69, 'RSQB': -69},  # 145
    {'IF': 159, 'RSQB': -4, '_condition': 160},  # 146
    {'COMMA': -76, 'RPAR': -76},  # 147
    {'NAME': 134, 'RPAR': 161, 'parameter': 162},  # 148
    {'ARROW': -79, 'COLON': -79, 'EQUAL': -79, 'LBRACE': -79},  # 149
    {'COLON': -57, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'RSQB': 163, 'STRING': 16, '_items': 164, '_operand': 18, '_operation': 19, '_some_items': 45, 'applied': 22, 'atom': 23, 'bound': 46, 'expression': 104, 'item': 48, 'operation': 26},  # 150
    {'ARROW': -81, 'COMMA': -81, 'EQUAL': -81, 'LBRACE': -81, 'LSQB': 150, 'NAME': 165, 'dtype': 166, 'shape': 167},  # 151
    {'ARROW': -65, 'COMMA': 168, 'EQUAL': -65, 'LBRACE': -65},  # 152
    {'ARROW': -25, 'COMMA': -25, 'EQUAL': -25, 'LBRACE': -25},  # 153
    {'ARROW': -81, 'COMMA': -81, 'EQUAL': -81, 'LBRACE': -81, 'NAME': 165, 'dtype': 169},  # 154
    {'LSQB': 150, 'NAME': 151, '_ports': 170, 'port': 153, 'shape': 154},  # 155
    {'EQUAL': 64, 'LBRACE': 171, '_value': 172, 'body': 173},  # 156
    {'$END': -15, 'AS': -15, 'COLON': -15, 'COMMA': -15, 'ELSE': -15, 'FOR': -15, 'IF': -15, 'IN': -15, 'LBRACE': -15, 'LSQB': -15, 'MINUS': -15, 'NEWLINE': -15, 'NOT_IN': -15, 'OPERATOR': -15, 'RBRACE': -15, 'RPAR': -15, 'RSQB': -15},  # 157
    {'$END': -53, 'AS': -53, 'COLON': -53, 'COMMA': -53, 'DOT': -53, 'ELSE': -53, 'FOR': -53, 'IF': -53, 'IN': -53, 'LBRACE': -53, 'LPAR': -53, 'LSQB': -53, 'MINUS': -53, 'NEWLINE': -53, 'NOT_IN': -53, 'OPERATOR': -53, 'RBRACE': -53, 'RPAR': -53, 'RSQB': -53},  # 158
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 174},  # 159
    {'RSQB': 175},  # 160
    {'ARROW': -80, 'COLON': -80, 'EQUAL': -80, 'LBRACE': -80},  # 161
    {'COMMA': -24, 'RPAR': -24},  # 162
    {'ARROW': -84, 'COMMA': -84, 'EQUAL': -84, 'LBRACE': -84, 'NAME': -84},  # 163
    {'RSQB': 176},  # 164
    {'ARROW': -59, 'COMMA': -59, 'EQUAL': -59, 'LBRACE': -59},  # 165
    {'ARROW': -82, 'COMMA': -82, 'EQUAL': -82, 'LBRACE': -82},  # 166
    {'ARROW': -82, 'COMMA': -82, 'EQUAL': -82, 'LBRACE': -82, 'NAME': 165, 'dtype': 177},  # 167
    {'LSQB': 150, 'NAME': 151, 'port': 178, 'shape': 154},  # 168
    {'ARROW': -82, 'COMMA': -82, 'EQUAL': -82, 'LBRACE': -82},  # 169
    {'COMMA': 168, 'EQUAL': -74, 'LBRACE': -74},  # 170
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -6, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -6, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -31, 'NOT': 12, 'NUMBER': 13, 'RBRACE': -31, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 179, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 27, 'target': 28},  # 171
    {'$END': -55, 'NEWLINE': -55, 'RBRACE': -55},  # 172
    {'$END': -93, 'NEWLINE': -93, 'RBRACE': -93},  # 173
    {'RSQB': -5},  # 174
    {'$END': -54, 'AS': -54, 'COLON': -54, 'COMMA': -54, 'DOT': -54, 'ELSE': -54, 'FOR': -54, 'IF': -54, 'IN': -54, 'LBRACE': -54, 'LPAR': -54, 'LSQB': -54, 'MINUS': -54, 'NEWLINE': -54, 'NOT_IN': -54, 'OPERATOR': -54, 'RBRACE': -54, 'RPAR': -54, 'RSQB': -54},  # 175
    {'ARROW': -85, 'COMMA': -85, 'EQUAL': -85, 'LBRACE': -85, 'NAME': -85},  # 176
    {'ARROW': -83, 'COMMA': -83, 'EQUAL': -83, 'LBRACE': -83},  # 177
    {'ARROW': -26, 'COMMA': -26, 'EQUAL': -26, 'LBRACE': -26},  # 178
    {'NEWLINE': 62, 'RBRACE': 180},  # 179
    {'$END': -56, 'NEWLINE': -56, 'RBRACE': -56},  # 180
)
