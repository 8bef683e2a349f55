"""The tables of net.lark, written by write_tables.py: change net.lark and run `make tables`.

A state maps what comes next to the state that it leads to, or (below zero) to a reduction:
how many values it takes, its rule, the method of tree_builder.py, whether its values go to its
parent.
"""

# ruff: noqa: E501
# fmt: off
MADE_OF = 1487952278
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
    (1, '_clauses', None, True),  # -4
    (2, '_clauses', '_clauses', True),  # -5
    (0, '_conditions', '_conditions', True),  # -6
    (3, '_conditions', '_conditions', True),  # -7
    (0, '_documentation', '_documentation', True),  # -8
    (2, '_documentation', '_documentation', True),  # -9
    (1, '_expressions', None, True),  # -10
    (3, '_expressions', '_expressions', True),  # -11
    (1, '_imported', None, True),  # -12
    (3, '_imported', '_imported', True),  # -13
    (1, '_items', None, True),  # -14
    (2, '_items', '_items', True),  # -15
    (1, '_label', None, True),  # -16
    (4, '_label', '_label', True),  # -17
    (1, '_module', None, True),  # -18
    (3, '_module', '_module', True),  # -19
    (2, '_more', '_more', True),  # -20
    (1, '_operand', None, True),  # -21
    (2, '_operand', '_operand', True),  # -22
    (1, '_operation', None, True),  # -23
    (2, '_operation', '_operation', True),  # -24
    (1, '_parameters', None, True),  # -25
    (3, '_parameters', '_parameters', True),  # -26
    (1, '_ports', None, True),  # -27
    (3, '_ports', '_ports', True),  # -28
    (1, '_some_arguments', None, True),  # -29
    (3, '_some_arguments', '_some_arguments', True),  # -30
    (1, '_some_items', None, True),  # -31
    (3, '_some_items', '_some_items', True),  # -32
    (0, '_statements', '_statements', True),  # -33
    (1, '_statements', None, True),  # -34
    (3, '_statements', '_statements', True),  # -35
    (1, '_targets', None, True),  # -36
    (3, '_targets', '_targets', True),  # -37
    (2, '_value', '_value', True),  # -38
    (0, 'alias', 'alias', False),  # -39
    (2, 'alias', 'alias', False),  # -40
    (1, 'applied', None, False),  # -41
    (3, 'applied', 'attribute', False),  # -42
    (4, 'applied', 'call', False),  # -43
    (4, 'applied', 'index', False),  # -44
    (1, 'argument', None, False),  # -45
    (2, 'argument', 'setting', False),  # -46
    (1, 'atom', 'constant', False),  # -47
    (1, 'atom', 'dims', False),  # -48
    (1, 'atom', 'name', False),  # -49
    (1, 'atom', 'number', False),  # -50
    (1, 'atom', 'text', False),  # -51
    (2, 'atom', 'list_', False),  # -52
    (3, 'atom', 'list_', False),  # -53
    (3, 'atom', 'paren', False),  # -54
    (4, 'atom', 'comprehension', False),  # -55
    (7, 'atom', 'for_', False),  # -56
    (1, 'body', 'body', False),  # -57
    (3, 'body', 'body', False),  # -58
    (0, 'bound', 'bound', False),  # -59
    (1, 'bound', 'bound', False),  # -60
    (5, 'clause', 'clause', False),  # -61
    (1, 'dtype', 'dtype', False),  # -62
    (1, 'expression', None, False),  # -63
    (5, 'expression', 'conditional', False),  # -64
    (1, 'file', 'file', False),  # -65
    (2, 'imported', 'imported', False),  # -66
    (0, 'inputs', 'inputs', False),  # -67
    (2, 'inputs', 'inputs', False),  # -68
    (1, 'item', 'ellipsis', False),  # -69
    (1, 'item', None, False),  # -70
    (2, 'item', 'setting', False),  # -71
    (3, 'item', 'slice', False),  # -72
    (5, 'item', 'slice', False),  # -73
    (1, 'label', 'label', False),  # -74
    (1, 'module', 'module', False),  # -75
    (1, 'operation', 'operation', False),  # -76
    (0, 'outputs', 'outputs', False),  # -77
    (2, 'outputs', 'outputs', False),  # -78
    (1, 'parameter', 'parameter', False),  # -79
    (2, 'parameter', 'parameter', False),  # -80
    (0, 'parameters', 'parameters', False),  # -81
    (2, 'parameters', 'parameters', False),  # -82
    (3, 'parameters', 'parameters', False),  # -83
    (4, 'parameters', 'parameters', False),  # -84
    (1, 'port', 'port', False),  # -85
    (2, 'port', 'port', False),  # -86
    (3, 'port', 'port', False),  # -87
    (2, 'shape', 'shape', False),  # -88
    (3, 'shape', 'shape', False),  # -89
    (1, 'statement', 'evaluation', False),  # -90
    (2, 'statement', 'assignment', False),  # -91
    (2, 'statement', 'require', False),  # -92
    (3, 'statement', 'import_', False),  # -93
    (3, 'statement', 'share', False),  # -94
    (4, 'statement', 'from_import', False),  # -95
    (5, 'statement', 'default', False),  # -96
    (7, 'statement', 'block', False),  # -97
    (1, 'target', 'name', False),  # -98
    (5, 'target', 'names', False),  # -99
)
STATES: tuple[dict[str, int], ...] = (
    {'$END': -33, 'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -33, 'NOT': 12, 'NUMBER': 13, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 20, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'file': 25, 'operation': 26, 'statement': 27, 'target': 28},  # 0
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 31, 'operation': 26},  # 1
    {'$END': -47, 'AS': -47, 'COLON': -47, 'COMMA': -47, 'DOT': -47, 'ELSE': -47, 'FOR': -47, 'IF': -47, 'IN': -47, 'LBRACE': -47, 'LPAR': -47, 'LSQB': -47, 'MINUS': -47, 'NEWLINE': -47, 'NOT_IN': -47, 'OPERATOR': -47, 'RBRACE': -47, 'RPAR': -47, 'RSQB': -47},  # 2
    {'NAME': 32},  # 3
    {'$END': -48, 'AS': -48, 'COLON': -48, 'COMMA': -48, 'DOT': -48, 'ELSE': -48, 'FOR': -48, 'IF': -48, 'IN': -48, 'LBRACE': -48, 'LPAR': -48, 'LSQB': -48, 'MINUS': -48, 'NEWLINE': -48, 'NOT_IN': -48, 'OPERATOR': -48, 'RBRACE': -48, 'RPAR': -48, 'RSQB': -48},  # 4
    {'LPAR': 33, 'NAME': 34, '_targets': 35, 'target': 28},  # 5
    {'NAME': 36, '_module': 37, 'module': 38},  # 6
    {'NAME': 36, '_module': 37, 'module': 39},  # 7
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 40, 'operation': 26, 'target': 41},  # 8
    {'COLON': -59, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'RSQB': 44, 'STRING': 16, '_items': 45, '_operand': 18, '_operation': 19, '_some_items': 46, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 48, 'item': 49, 'operation': 26},  # 9
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 50, 'applied': 22, 'atom': 23},  # 10
    {'$END': -49, 'AS': -49, 'COMMA': -98, 'DOT': -49, 'EQUAL': -98, 'IF': -49, 'IN': -49, 'LPAR': -49, 'LSQB': -49, 'MINUS': -49, 'NEWLINE': -49, 'NOT_IN': -49, 'OPERATOR': -49, 'RBRACE': -49, 'RPAR': -49},  # 11
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 51, 'applied': 22, 'atom': 23},  # 12
    {'$END': -50, 'AS': -50, 'COLON': -50, 'COMMA': -50, 'DOT': -50, 'ELSE': -50, 'FOR': -50, 'IF': -50, 'IN': -50, 'LBRACE': -50, 'LPAR': -50, 'LSQB': -50, 'MINUS': -50, 'NEWLINE': -50, 'NOT_IN': -50, 'OPERATOR': -50, 'RBRACE': -50, 'RPAR': -50, 'RSQB': -50},  # 13
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_expressions': 52, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 53, 'operation': 26},  # 14
    {'NAME': 54},  # 15
    {'$END': -51, 'AS': -51, 'COLON': -51, 'COMMA': -51, 'DOT': -51, 'ELSE': -51, 'FOR': -51, 'IF': -51, 'IN': -51, 'LBRACE': -51, 'LPAR': -51, 'LSQB': -51, 'MINUS': -51, 'NEWLINE': -51, 'NOT_IN': -51, 'OPERATOR': -51, 'RBRACE': -51, 'RPAR': -51, 'RSQB': -51},  # 16
    {'DOC': 55, 'KIND': 56},  # 17
    {'$END': -23, 'AS': -23, 'COLON': -23, 'COMMA': -23, 'ELSE': -23, 'FOR': -23, 'IF': -23, 'IN': -23, 'LBRACE': -23, 'MINUS': -23, 'NEWLINE': -23, 'NOT_IN': -23, 'OPERATOR': -23, 'RBRACE': -23, 'RPAR': -23, 'RSQB': -23},  # 18
    {'$END': -76, 'AS': 57, 'COLON': -76, 'COMMA': -76, 'ELSE': -76, 'FOR': -76, 'IF': -76, 'IN': 58, 'LBRACE': -76, 'MINUS': 59, 'NEWLINE': -76, 'NOT_IN': 60, 'OPERATOR': 61, 'RBRACE': -76, 'RPAR': -76, 'RSQB': -76, '_more': 62},  # 19
    {'$END': -65, 'NEWLINE': 63},  # 20
    {'COMMA': 64, 'EQUAL': 65, '_value': 66},  # 21
    {'$END': -21, 'AS': -21, 'COLON': -21, 'COMMA': -21, 'DOT': 67, 'ELSE': -21, 'FOR': -21, 'IF': -21, 'IN': -21, 'LBRACE': -21, 'LPAR': 68, 'LSQB': 69, 'MINUS': -21, 'NEWLINE': -21, 'NOT_IN': -21, 'OPERATOR': -21, 'RBRACE': -21, 'RPAR': -21, 'RSQB': -21},  # 22
    {'$END': -41, 'AS': -41, 'COLON': -41, 'COMMA': -41, 'DOT': -41, 'ELSE': -41, 'FOR': -41, 'IF': -41, 'IN': -41, 'LBRACE': -41, 'LPAR': -41, 'LSQB': -41, 'MINUS': -41, 'NEWLINE': -41, 'NOT_IN': -41, 'OPERATOR': -41, 'RBRACE': -41, 'RPAR': -41, 'RSQB': -41},  # 23
    {'$END': -90, 'NEWLINE': -90, 'RBRACE': -90},  # 24
    {},  # 25
    {'$END': -63, 'COLON': -63, 'COMMA': -63, 'FOR': -63, 'IF': 70, 'LBRACE': -63, 'NEWLINE': -63, 'RBRACE': -63, 'RPAR': -63, 'RSQB': -63},  # 26
    {'$END': -34, 'NEWLINE': -34, 'RBRACE': -34},  # 27
    {'COMMA': -36, 'EQUAL': -36, 'IN': -36, 'RPAR': -36},  # 28
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 40, 'operation': 26},  # 29
    {'$END': -49, 'AS': -49, 'COLON': -49, 'COMMA': -49, 'DOT': -49, 'ELSE': -49, 'FOR': -49, 'IF': -49, 'IN': -49, 'LBRACE': -49, 'LPAR': -49, 'LSQB': -49, 'MINUS': -49, 'NEWLINE': -49, 'NOT_IN': -49, 'OPERATOR': -49, 'RBRACE': -49, 'RPAR': -49, 'RSQB': -49},  # 30
    {},  # 31
    {'LPAR': 71},  # 32
    {'LPAR': 33, 'NAME': 34, 'target': 41},  # 33
    {'COMMA': -98, 'EQUAL': -98, 'IN': -98, 'RPAR': -98},  # 34
    {'COMMA': 64, 'IN': 72},  # 35
    {'$END': -18, 'AS': -18, 'DOT': -18, 'IMPORT': -18, 'NEWLINE': -18, 'RBRACE': -18},  # 36
    {'$END': -75, 'AS': -75, 'DOT': 73, 'IMPORT': -75, 'NEWLINE': -75, 'RBRACE': -75},  # 37
    {'IMPORT': 74},  # 38
    {'$END': -39, 'AS': 75, 'NEWLINE': -39, 'RBRACE': -39, 'alias': 76},  # 39
    {'RPAR': 77},  # 40
    {'COMMA': 78},  # 41
    {'COMMA': -69, 'RSQB': -69},  # 42
    {'AS': -49, 'COLON': -49, 'COMMA': -49, 'DOT': -49, 'EQUAL': 65, 'FOR': -49, 'IF': -49, 'IN': -49, 'LPAR': -49, 'LSQB': -49, 'MINUS': -49, 'NOT_IN': -49, 'OPERATOR': -49, 'RSQB': -49, '_value': 79},  # 43
    {'$END': -52, 'AS': -52, 'COLON': -52, 'COMMA': -52, 'DOT': -52, 'ELSE': -52, 'FOR': -52, 'IF': -52, 'IN': -52, 'LBRACE': -52, 'LPAR': -52, 'LSQB': -52, 'MINUS': -52, 'NEWLINE': -52, 'NOT_IN': -52, 'OPERATOR': -52, 'RBRACE': -52, 'RPAR': -52, 'RSQB': -52},  # 44
    {'RSQB': 80},  # 45
    {'COMMA': 81, 'RSQB': -14},  # 46
    {'COLON': 82},  # 47
    {'COLON': -60, 'COMMA': -70, 'FOR': 83, 'RSQB': -70, '_clauses': 84, 'clause': 85},  # 48
    {'COMMA': -31, 'RSQB': -31},  # 49
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 50
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 51
    {'$END': -92, 'COMMA': 86, 'NEWLINE': -92, 'RBRACE': -92},  # 52
    {'$END': -10, 'COMMA': -10, 'NEWLINE': -10, 'RBRACE': -10},  # 53
    {'EQUAL': 65, '_value': 87},  # 54
    {'DOC': -9, 'KIND': -9},  # 55
    {'NAME': 88},  # 56
    {'NAME': 89, 'STRING': 90, '_label': 91, 'label': 92},  # 57
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 93, 'applied': 22, 'atom': 23},  # 58
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 94, 'applied': 22, 'atom': 23},  # 59
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 95, 'applied': 22, 'atom': 23},  # 60
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 96, 'applied': 22, 'atom': 23},  # 61
    {'$END': -24, 'AS': -24, 'COLON': -24, 'COMMA': -24, 'ELSE': -24, 'FOR': -24, 'IF': -24, 'IN': -24, 'LBRACE': -24, 'MINUS': -24, 'NEWLINE': -24, 'NOT_IN': -24, 'OPERATOR': -24, 'RBRACE': -24, 'RPAR': -24, 'RSQB': -24},  # 62
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NOT': 12, 'NUMBER': 13, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 97, 'target': 28},  # 63
    {'LPAR': 33, 'NAME': 34, 'target': 98},  # 64
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 99, 'operation': 26},  # 65
    {'$END': -91, 'NEWLINE': -91, 'RBRACE': -91},  # 66
    {'NAME': 100, 'POSITION': 101, 'STRING': 102},  # 67
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 103, 'NOT': 12, 'NUMBER': 13, 'RPAR': -1, 'STRING': 16, '_arguments': 104, '_operand': 18, '_operation': 19, '_some_arguments': 105, 'applied': 22, 'argument': 106, 'atom': 23, 'expression': 107, 'operation': 26},  # 68
    {'COLON': -59, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_items': 108, '_operand': 18, '_operation': 19, '_some_items': 46, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 109, 'item': 49, 'operation': 26},  # 69
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 110},  # 70
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 103, 'NOT': 12, 'NUMBER': 13, 'RPAR': -1, 'STRING': 16, '_arguments': 111, '_operand': 18, '_operation': 19, '_some_arguments': 105, 'applied': 22, 'argument': 106, 'atom': 23, 'expression': 107, 'operation': 26},  # 71
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 112, 'operation': 26},  # 72
    {'NAME': 113},  # 73
    {'NAME': 114, '_imported': 115, 'imported': 116},  # 74
    {'NAME': 117},  # 75
    {'$END': -93, 'NEWLINE': -93, 'RBRACE': -93},  # 76
    {'$END': -54, 'AS': -54, 'COLON': -54, 'COMMA': -54, 'DOT': -54, 'ELSE': -54, 'FOR': -54, 'IF': -54, 'IN': -54, 'LBRACE': -54, 'LPAR': -54, 'LSQB': -54, 'MINUS': -54, 'NEWLINE': -54, 'NOT_IN': -54, 'OPERATOR': -54, 'RBRACE': -54, 'RPAR': -54, 'RSQB': -54},  # 77
    {'LPAR': 33, 'NAME': 34, '_targets': 118, 'target': 28},  # 78
    {'COMMA': -71, 'RSQB': -71},  # 79
    {'$END': -53, 'AS': -53, 'COLON': -53, 'COMMA': -53, 'DOT': -53, 'ELSE': -53, 'FOR': -53, 'IF': -53, 'IN': -53, 'LBRACE': -53, 'LPAR': -53, 'LSQB': -53, 'MINUS': -53, 'NEWLINE': -53, 'NOT_IN': -53, 'OPERATOR': -53, 'RBRACE': -53, 'RPAR': -53, 'RSQB': -53},  # 80
    {'COLON': -59, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'RSQB': -15, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 109, 'item': 119, 'operation': 26},  # 81
    {'COLON': -59, 'COMMA': -59, 'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'RSQB': -59, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 120, 'expression': 121, 'operation': 26},  # 82
    {'LPAR': 33, 'NAME': 34, '_targets': 122, 'target': 28},  # 83
    {'FOR': 83, 'RSQB': 123, 'clause': 124},  # 84
    {'FOR': -4, 'RSQB': -4},  # 85
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 125, 'operation': 26},  # 86
    {'$END': -94, 'NEWLINE': -94, 'RBRACE': -94},  # 87
    {'ARROW': -81, 'COLON': -81, 'EQUAL': -81, 'LBRACE': -81, 'LPAR': 126, 'parameters': 127},  # 88
    {'$END': -16, 'AS': -16, 'COLON': -16, 'COMMA': -16, 'ELSE': -16, 'FOR': -16, 'IF': -16, 'IN': -16, 'LBRACE': -16, 'LSQB': -16, 'MINUS': -16, 'NEWLINE': -16, 'NOT_IN': -16, 'OPERATOR': -16, 'RBRACE': -16, 'RPAR': -16, 'RSQB': -16},  # 89
    {'$END': -16, 'AS': -16, 'COLON': -16, 'COMMA': -16, 'ELSE': -16, 'FOR': -16, 'IF': -16, 'IN': -16, 'LBRACE': -16, 'LSQB': -16, 'MINUS': -16, 'NEWLINE': -16, 'NOT_IN': -16, 'OPERATOR': -16, 'RBRACE': -16, 'RPAR': -16, 'RSQB': -16},  # 90
    {'$END': -74, 'AS': -74, 'COLON': -74, 'COMMA': -74, 'ELSE': -74, 'FOR': -74, 'IF': -74, 'IN': -74, 'LBRACE': -74, 'LSQB': 128, 'MINUS': -74, 'NEWLINE': -74, 'NOT_IN': -74, 'OPERATOR': -74, 'RBRACE': -74, 'RPAR': -74, 'RSQB': -74},  # 91
    {'$END': -20, 'AS': -20, 'COLON': -20, 'COMMA': -20, 'ELSE': -20, 'FOR': -20, 'IF': -20, 'IN': -20, 'LBRACE': -20, 'MINUS': -20, 'NEWLINE': -20, 'NOT_IN': -20, 'OPERATOR': -20, 'RBRACE': -20, 'RPAR': -20, 'RSQB': -20},  # 92
    {'$END': -20, 'AS': -20, 'COLON': -20, 'COMMA': -20, 'ELSE': -20, 'FOR': -20, 'IF': -20, 'IN': -20, 'LBRACE': -20, 'MINUS': -20, 'NEWLINE': -20, 'NOT_IN': -20, 'OPERATOR': -20, 'RBRACE': -20, 'RPAR': -20, 'RSQB': -20},  # 93
    {'$END': -20, 'AS': -20, 'COLON': -20, 'COMMA': -20, 'ELSE': -20, 'FOR': -20, 'IF': -20, 'IN': -20, 'LBRACE': -20, 'MINUS': -20, 'NEWLINE': -20, 'NOT_IN': -20, 'OPERATOR': -20, 'RBRACE': -20, 'RPAR': -20, 'RSQB': -20},  # 94
    {'$END': -20, 'AS': -20, 'COLON': -20, 'COMMA': -20, 'ELSE': -20, 'FOR': -20, 'IF': -20, 'IN': -20, 'LBRACE': -20, 'MINUS': -20, 'NEWLINE': -20, 'NOT_IN': -20, 'OPERATOR': -20, 'RBRACE': -20, 'RPAR': -20, 'RSQB': -20},  # 95
    {'$END': -20, 'AS': -20, 'COLON': -20, 'COMMA': -20, 'ELSE': -20, 'FOR': -20, 'IF': -20, 'IN': -20, 'LBRACE': -20, 'MINUS': -20, 'NEWLINE': -20, 'NOT_IN': -20, 'OPERATOR': -20, 'RBRACE': -20, 'RPAR': -20, 'RSQB': -20},  # 96
    {'$END': -35, 'NEWLINE': -35, 'RBRACE': -35},  # 97
    {'COMMA': -37, 'EQUAL': -37, 'IN': -37, 'RPAR': -37},  # 98
    {'$END': -38, 'COMMA': -38, 'NEWLINE': -38, 'RBRACE': -38, 'RPAR': -38, 'RSQB': -38},  # 99
    {'$END': -42, 'AS': -42, 'COLON': -42, 'COMMA': -42, 'DOT': -42, 'ELSE': -42, 'FOR': -42, 'IF': -42, 'IN': -42, 'LBRACE': -42, 'LPAR': -42, 'LSQB': -42, 'MINUS': -42, 'NEWLINE': -42, 'NOT_IN': -42, 'OPERATOR': -42, 'RBRACE': -42, 'RPAR': -42, 'RSQB': -42},  # 100
    {'$END': -42, 'AS': -42, 'COLON': -42, 'COMMA': -42, 'DOT': -42, 'ELSE': -42, 'FOR': -42, 'IF': -42, 'IN': -42, 'LBRACE': -42, 'LPAR': -42, 'LSQB': -42, 'MINUS': -42, 'NEWLINE': -42, 'NOT_IN': -42, 'OPERATOR': -42, 'RBRACE': -42, 'RPAR': -42, 'RSQB': -42},  # 101
    {'$END': -42, 'AS': -42, 'COLON': -42, 'COMMA': -42, 'DOT': -42, 'ELSE': -42, 'FOR': -42, 'IF': -42, 'IN': -42, 'LBRACE': -42, 'LPAR': -42, 'LSQB': -42, 'MINUS': -42, 'NEWLINE': -42, 'NOT_IN': -42, 'OPERATOR': -42, 'RBRACE': -42, 'RPAR': -42, 'RSQB': -42},  # 102
    {'AS': -49, 'COMMA': -49, 'DOT': -49, 'EQUAL': 65, 'IF': -49, 'IN': -49, 'LPAR': -49, 'LSQB': -49, 'MINUS': -49, 'NOT_IN': -49, 'OPERATOR': -49, 'RPAR': -49, '_value': 129},  # 103
    {'RPAR': 130},  # 104
    {'COMMA': 131, 'RPAR': -2},  # 105
    {'COMMA': -29, 'RPAR': -29},  # 106
    {'COMMA': -45, 'RPAR': -45},  # 107
    {'RSQB': 132},  # 108
    {'COLON': -60, 'COMMA': -70, 'RSQB': -70},  # 109
    {'ELSE': 133},  # 110
    {'RPAR': 134},  # 111
    {'LBRACE': 135},  # 112
    {'$END': -19, 'AS': -19, 'DOT': -19, 'IMPORT': -19, 'NEWLINE': -19, 'RBRACE': -19},  # 113
    {'$END': -39, 'AS': 75, 'COMMA': -39, 'NEWLINE': -39, 'RBRACE': -39, 'alias': 136},  # 114
    {'$END': -95, 'COMMA': 137, 'NEWLINE': -95, 'RBRACE': -95},  # 115
    {'$END': -12, 'COMMA': -12, 'NEWLINE': -12, 'RBRACE': -12},  # 116
    {'$END': -40, 'COMMA': -40, 'NEWLINE': -40, 'RBRACE': -40},  # 117
    {'COMMA': 64, 'RPAR': 138},  # 118
    {'COMMA': -32, 'RSQB': -32},  # 119
    {'COLON': 139, 'COMMA': -72, 'RSQB': -72},  # 120
    {'COLON': -60, 'COMMA': -60, 'RSQB': -60},  # 121
    {'COMMA': 64, 'IN': 140},  # 122
    {'$END': -55, 'AS': -55, 'COLON': -55, 'COMMA': -55, 'DOT': -55, 'ELSE': -55, 'FOR': -55, 'IF': -55, 'IN': -55, 'LBRACE': -55, 'LPAR': -55, 'LSQB': -55, 'MINUS': -55, 'NEWLINE': -55, 'NOT_IN': -55, 'OPERATOR': -55, 'RBRACE': -55, 'RPAR': -55, 'RSQB': -55},  # 123
    {'FOR': -5, 'RSQB': -5},  # 124
    {'$END': -11, 'COMMA': -11, 'NEWLINE': -11, 'RBRACE': -11},  # 125
    {'NAME': 141, 'RPAR': 142, '_parameters': 143, 'parameter': 144},  # 126
    {'ARROW': -67, 'COLON': 145, 'EQUAL': -67, 'LBRACE': -67, 'inputs': 146},  # 127
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 147, 'operation': 26},  # 128
    {'COMMA': -46, 'RPAR': -46},  # 129
    {'$END': -43, 'AS': -43, 'COLON': -43, 'COMMA': -43, 'DOT': -43, 'ELSE': -43, 'FOR': -43, 'IF': -43, 'IN': -43, 'LBRACE': -43, 'LPAR': -43, 'LSQB': -43, 'MINUS': -43, 'NEWLINE': -43, 'NOT_IN': -43, 'OPERATOR': -43, 'RBRACE': -43, 'RPAR': -43, 'RSQB': -43},  # 130
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 103, 'NOT': 12, 'NUMBER': 13, 'RPAR': -3, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'argument': 148, 'atom': 23, 'expression': 107, 'operation': 26},  # 131
    {'$END': -44, 'AS': -44, 'COLON': -44, 'COMMA': -44, 'DOT': -44, 'ELSE': -44, 'FOR': -44, 'IF': -44, 'IN': -44, 'LBRACE': -44, 'LPAR': -44, 'LSQB': -44, 'MINUS': -44, 'NEWLINE': -44, 'NOT_IN': -44, 'OPERATOR': -44, 'RBRACE': -44, 'RPAR': -44, 'RSQB': -44},  # 132
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 149, 'operation': 26},  # 133
    {'$END': -96, 'NEWLINE': -96, 'RBRACE': -96},  # 134
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -33, 'NOT': 12, 'NUMBER': 13, 'RBRACE': -33, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 150, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 27, 'target': 28},  # 135
    {'$END': -66, 'COMMA': -66, 'NEWLINE': -66, 'RBRACE': -66},  # 136
    {'NAME': 114, 'imported': 151},  # 137
    {'COMMA': -99, 'EQUAL': -99, 'IN': -99, 'RPAR': -99},  # 138
    {'COMMA': -59, 'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'RSQB': -59, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 152, 'expression': 121, 'operation': 26},  # 139
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 153},  # 140
    {'COMMA': -79, 'EQUAL': 65, 'RPAR': -79, '_value': 154},  # 141
    {'ARROW': -82, 'COLON': -82, 'EQUAL': -82, 'LBRACE': -82},  # 142
    {'COMMA': 155, 'RPAR': 156},  # 143
    {'COMMA': -25, 'RPAR': -25},  # 144
    {'LSQB': 157, 'NAME': 158, '_ports': 159, 'port': 160, 'shape': 161},  # 145
    {'ARROW': 162, 'EQUAL': -77, 'LBRACE': -77, 'outputs': 163},  # 146
    {'RSQB': 164},  # 147
    {'COMMA': -30, 'RPAR': -30},  # 148
    {'$END': -64, 'COLON': -64, 'COMMA': -64, 'FOR': -64, 'LBRACE': -64, 'NEWLINE': -64, 'RBRACE': -64, 'RPAR': -64, 'RSQB': -64},  # 149
    {'NEWLINE': 63, 'RBRACE': 165},  # 150
    {'$END': -13, 'COMMA': -13, 'NEWLINE': -13, 'RBRACE': -13},  # 151
    {'COMMA': -73, 'RSQB': -73},  # 152
    {'FOR': -6, 'IF': -6, 'RSQB': -6, '_conditions': 166},  # 153
    {'COMMA': -80, 'RPAR': -80},  # 154
    {'NAME': 141, 'RPAR': 167, 'parameter': 168},  # 155
    {'ARROW': -83, 'COLON': -83, 'EQUAL': -83, 'LBRACE': -83},  # 156
    {'COLON': -59, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'RSQB': 169, 'STRING': 16, '_items': 170, '_operand': 18, '_operation': 19, '_some_items': 46, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 109, 'item': 49, 'operation': 26},  # 157
    {'ARROW': -85, 'COMMA': -85, 'EQUAL': -85, 'LBRACE': -85, 'LSQB': 157, 'NAME': 171, 'dtype': 172, 'shape': 173},  # 158
    {'ARROW': -68, 'COMMA': 174, 'EQUAL': -68, 'LBRACE': -68},  # 159
    {'ARROW': -27, 'COMMA': -27, 'EQUAL': -27, 'LBRACE': -27},  # 160
    {'ARROW': -85, 'COMMA': -85, 'EQUAL': -85, 'LBRACE': -85, 'NAME': 171, 'dtype': 175},  # 161
    {'LSQB': 157, 'NAME': 158, '_ports': 176, 'port': 160, 'shape': 161},  # 162
    {'EQUAL': 65, 'LBRACE': 177, '_value': 178, 'body': 179},  # 163
    {'$END': -17, 'AS': -17, 'COLON': -17, 'COMMA': -17, 'ELSE': -17, 'FOR': -17, 'IF': -17, 'IN': -17, 'LBRACE': -17, 'LSQB': -17, 'MINUS': -17, 'NEWLINE': -17, 'NOT_IN': -17, 'OPERATOR': -17, 'RBRACE': -17, 'RPAR': -17, 'RSQB': -17},  # 164
    {'$END': -56, 'AS': -56, 'COLON': -56, 'COMMA': -56, 'DOT': -56, 'ELSE': -56, 'FOR': -56, 'IF': -56, 'IN': -56, 'LBRACE': -56, 'LPAR': -56, 'LSQB': -56, 'MINUS': -56, 'NEWLINE': -56, 'NOT_IN': -56, 'OPERATOR': -56, 'RBRACE': -56, 'RPAR': -56, 'RSQB': -56},  # 165
    {'FOR': -61, 'IF': 180, 'RSQB': -61},  # 166
    {'ARROW': -84, 'COLON': -84, 'EQUAL': -84, 'LBRACE': -84},  # 167
    {'COMMA': -26, 'RPAR': -26},  # 168
    {'ARROW': -88, 'COMMA': -88, 'EQUAL': -88, 'LBRACE': -88, 'NAME': -88},  # 169
    {'RSQB': 181},  # 170
    {'ARROW': -62, 'COMMA': -62, 'EQUAL': -62, 'LBRACE': -62},  # 171
    {'ARROW': -86, 'COMMA': -86, 'EQUAL': -86, 'LBRACE': -86},  # 172
    {'ARROW': -86, 'COMMA': -86, 'EQUAL': -86, 'LBRACE': -86, 'NAME': 171, 'dtype': 182},  # 173
    {'LSQB': 157, 'NAME': 158, 'port': 183, 'shape': 161},  # 174
    {'ARROW': -86, 'COMMA': -86, 'EQUAL': -86, 'LBRACE': -86},  # 175
    {'COMMA': 174, 'EQUAL': -78, 'LBRACE': -78},  # 176
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -33, 'NOT': 12, 'NUMBER': 13, 'RBRACE': -33, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 184, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 27, 'target': 28},  # 177
    {'$END': -57, 'NEWLINE': -57, 'RBRACE': -57},  # 178
    {'$END': -97, 'NEWLINE': -97, 'RBRACE': -97},  # 179
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 185},  # 180
    {'ARROW': -89, 'COMMA': -89, 'EQUAL': -89, 'LBRACE': -89, 'NAME': -89},  # 181
    {'ARROW': -87, 'COMMA': -87, 'EQUAL': -87, 'LBRACE': -87},  # 182
    {'ARROW': -28, 'COMMA': -28, 'EQUAL': -28, 'LBRACE': -28},  # 183
    {'NEWLINE': 63, 'RBRACE': 186},  # 184
    {'FOR': -7, 'IF': -7, 'RSQB': -7},  # 185
    {'$END': -58, 'NEWLINE': -58, 'RBRACE': -58},  # 186
)
