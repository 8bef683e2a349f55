"""The tables of net.lark, written by write_tables.py: change net.lark and run `make tables`.

A state maps what comes next to the state that it leads to, or (below zero) to a reduction:
how many values it takes, its rule, the method of tree_builder.py, whether its values go to its
parent.
"""

# ruff: noqa: E501
# fmt: off
MADE_OF = 3711450023
START = {'file': 0, 'expression': 1}
FINAL = {'file': 25, 'expression': 31}
KEYWORDS = {'as': 'AS', 'default': 'DEFAULT', 'else': 'ELSE', 'for': 'FOR', 'from': 'FROM', 'if': 'IF', 'import': 'IMPORT', 'in': 'IN', 'not': 'NOT', 'require': 'REQUIRE', 'share': 'SHARE'}
TERMINALS: tuple[tuple[str, str], ...] = (
    ('POSITION', '(?<=[\\w\\])"\']\\.)[0-9]+(?!\\w)'),
    ('DIMS', '[0-9]+(x[0-9]+)+(?!\\w)'),
    ('NUMBER', '([0-9]+\\.[0-9]*|(?<![\\w\\])"\'])\\.[0-9]+)([eE][+-]?[0-9]+)?(?!\\w)|[0-9]+[eE][+-]?[0-9]+(?!\\w)|[0-9]+(_[0-9]+)*(?!\\w)'),
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
    (0, '_facts', '_facts', True),  # -12
    (3, '_facts', '_facts', True),  # -13
    (1, '_imported', None, True),  # -14
    (3, '_imported', '_imported', True),  # -15
    (1, '_items', None, True),  # -16
    (2, '_items', '_items', True),  # -17
    (1, '_label', None, True),  # -18
    (4, '_label', '_label', True),  # -19
    (1, '_module', None, True),  # -20
    (3, '_module', '_module', True),  # -21
    (2, '_more', '_more', True),  # -22
    (1, '_operand', None, True),  # -23
    (2, '_operand', '_operand', True),  # -24
    (1, '_operation', None, True),  # -25
    (2, '_operation', '_operation', True),  # -26
    (1, '_parameters', None, True),  # -27
    (3, '_parameters', '_parameters', True),  # -28
    (1, '_port', None, True),  # -29
    (2, '_port', '_port', True),  # -30
    (3, '_port', '_port', True),  # -31
    (1, '_ports', None, True),  # -32
    (3, '_ports', '_ports', True),  # -33
    (1, '_some_arguments', None, True),  # -34
    (3, '_some_arguments', '_some_arguments', True),  # -35
    (1, '_some_items', None, True),  # -36
    (3, '_some_items', '_some_items', True),  # -37
    (0, '_statements', '_statements', True),  # -38
    (1, '_statements', None, True),  # -39
    (3, '_statements', '_statements', True),  # -40
    (1, '_targets', None, True),  # -41
    (3, '_targets', '_targets', True),  # -42
    (2, '_value', '_value', True),  # -43
    (0, 'alias', 'alias', False),  # -44
    (2, 'alias', 'alias', False),  # -45
    (1, 'applied', None, False),  # -46
    (3, 'applied', 'attribute', False),  # -47
    (4, 'applied', 'call', False),  # -48
    (4, 'applied', 'index', False),  # -49
    (1, 'argument', None, False),  # -50
    (2, 'argument', 'setting', False),  # -51
    (1, 'atom', 'constant', False),  # -52
    (1, 'atom', 'dims', False),  # -53
    (1, 'atom', 'name', False),  # -54
    (1, 'atom', 'number', False),  # -55
    (1, 'atom', 'text', False),  # -56
    (2, 'atom', 'list_', False),  # -57
    (3, 'atom', 'list_', False),  # -58
    (3, 'atom', 'paren', False),  # -59
    (4, 'atom', 'comprehension', False),  # -60
    (7, 'atom', 'for_', False),  # -61
    (1, 'body', 'body', False),  # -62
    (3, 'body', 'body', False),  # -63
    (0, 'bound', 'bound', False),  # -64
    (1, 'bound', 'bound', False),  # -65
    (5, 'clause', 'clause', False),  # -66
    (1, 'dtype', 'dtype', False),  # -67
    (1, 'expression', None, False),  # -68
    (5, 'expression', 'conditional', False),  # -69
    (2, 'fact', 'fact', False),  # -70
    (1, 'file', 'file', False),  # -71
    (2, 'imported', 'imported', False),  # -72
    (0, 'inputs', 'inputs', False),  # -73
    (2, 'inputs', 'inputs', False),  # -74
    (3, 'inputs', 'inputs', False),  # -75
    (1, 'item', 'ellipsis', False),  # -76
    (1, 'item', None, False),  # -77
    (2, 'item', 'setting', False),  # -78
    (3, 'item', 'slice', False),  # -79
    (5, 'item', 'slice', False),  # -80
    (1, 'label', 'label', False),  # -81
    (1, 'module', 'module', False),  # -82
    (1, 'operation', 'operation', False),  # -83
    (0, 'outputs', 'outputs', False),  # -84
    (2, 'outputs', 'outputs', False),  # -85
    (1, 'parameter', 'parameter', False),  # -86
    (2, 'parameter', 'parameter', False),  # -87
    (0, 'parameters', 'parameters', False),  # -88
    (2, 'parameters', 'parameters', False),  # -89
    (3, 'parameters', 'parameters', False),  # -90
    (4, 'parameters', 'parameters', False),  # -91
    (1, 'port', 'port', False),  # -92
    (2, 'port', 'port', False),  # -93
    (2, 'shape', 'shape', False),  # -94
    (3, 'shape', 'shape', False),  # -95
    (1, 'statement', 'evaluation', False),  # -96
    (2, 'statement', 'assignment', False),  # -97
    (2, 'statement', 'require', False),  # -98
    (3, 'statement', 'import_', False),  # -99
    (3, 'statement', 'share', False),  # -100
    (4, 'statement', 'from_import', False),  # -101
    (5, 'statement', 'default', False),  # -102
    (6, 'statement', 'share', False),  # -103
    (7, 'statement', 'block', False),  # -104
    (8, 'statement', 'extern', False),  # -105
    (1, 'target', 'name', False),  # -106
    (5, 'target', 'names', False),  # -107
)
STATES: tuple[dict[str, int], ...] = (
    {'$END': -38, 'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'EXTERN': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -38, 'NOT': 12, 'NUMBER': 13, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 20, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'file': 25, 'operation': 26, 'statement': 27, 'target': 28},  # 0
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 31, 'operation': 26},  # 1
    {'$END': -52, 'AS': -52, 'COLON': -52, 'COMMA': -52, 'DOT': -52, 'ELSE': -52, 'FOR': -52, 'IF': -52, 'IN': -52, 'LBRACE': -52, 'LPAR': -52, 'LSQB': -52, 'MINUS': -52, 'NEWLINE': -52, 'NOT_IN': -52, 'OPERATOR': -52, 'RBRACE': -52, 'RPAR': -52, 'RSQB': -52},  # 2
    {'NAME': 32},  # 3
    {'$END': -53, 'AS': -53, 'COLON': -53, 'COMMA': -53, 'DOT': -53, 'ELSE': -53, 'FOR': -53, 'IF': -53, 'IN': -53, 'LBRACE': -53, 'LPAR': -53, 'LSQB': -53, 'MINUS': -53, 'NEWLINE': -53, 'NOT_IN': -53, 'OPERATOR': -53, 'RBRACE': -53, 'RPAR': -53, 'RSQB': -53},  # 4
    {'LPAR': 33, 'NAME': 34, '_targets': 35, 'target': 28},  # 5
    {'NAME': 36, '_module': 37, 'module': 38},  # 6
    {'NAME': 36, '_module': 37, 'module': 39},  # 7
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 40, 'operation': 26, 'target': 41},  # 8
    {'COLON': -64, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'RSQB': 44, 'STRING': 16, '_items': 45, '_operand': 18, '_operation': 19, '_some_items': 46, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 48, 'item': 49, 'operation': 26},  # 9
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 50, 'applied': 22, 'atom': 23},  # 10
    {'$END': -54, 'AS': -54, 'COMMA': -106, 'DOT': -54, 'EQUAL': -106, 'IF': -54, 'IN': -54, 'LPAR': -54, 'LSQB': -54, 'MINUS': -54, 'NEWLINE': -54, 'NOT_IN': -54, 'OPERATOR': -54, 'RBRACE': -54, 'RPAR': -54},  # 11
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 51, 'applied': 22, 'atom': 23},  # 12
    {'$END': -55, 'AS': -55, 'COLON': -55, 'COMMA': -55, 'DOT': -55, 'ELSE': -55, 'FOR': -55, 'IF': -55, 'IN': -55, 'LBRACE': -55, 'LPAR': -55, 'LSQB': -55, 'MINUS': -55, 'NEWLINE': -55, 'NOT_IN': -55, 'OPERATOR': -55, 'RBRACE': -55, 'RPAR': -55, 'RSQB': -55},  # 13
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_expressions': 52, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 53, 'operation': 26},  # 14
    {'NAME': 54},  # 15
    {'$END': -56, 'AS': -56, 'COLON': -56, 'COMMA': -56, 'DOT': -56, 'ELSE': -56, 'FOR': -56, 'IF': -56, 'IN': -56, 'LBRACE': -56, 'LPAR': -56, 'LSQB': -56, 'MINUS': -56, 'NEWLINE': -56, 'NOT_IN': -56, 'OPERATOR': -56, 'RBRACE': -56, 'RPAR': -56, 'RSQB': -56},  # 16
    {'DOC': 55, 'EXTERN': 56, 'KIND': 57},  # 17
    {'$END': -25, 'AS': -25, 'COLON': -25, 'COMMA': -25, 'ELSE': -25, 'FOR': -25, 'IF': -25, 'IN': -25, 'LBRACE': -25, 'MINUS': -25, 'NEWLINE': -25, 'NOT_IN': -25, 'OPERATOR': -25, 'RBRACE': -25, 'RPAR': -25, 'RSQB': -25},  # 18
    {'$END': -83, 'AS': 58, 'COLON': -83, 'COMMA': -83, 'ELSE': -83, 'FOR': -83, 'IF': -83, 'IN': 59, 'LBRACE': -83, 'MINUS': 60, 'NEWLINE': -83, 'NOT_IN': 61, 'OPERATOR': 62, 'RBRACE': -83, 'RPAR': -83, 'RSQB': -83, '_more': 63},  # 19
    {'$END': -71, 'NEWLINE': 64},  # 20
    {'COMMA': 65, 'EQUAL': 66, '_value': 67},  # 21
    {'$END': -23, 'AS': -23, 'COLON': -23, 'COMMA': -23, 'DOT': 68, 'ELSE': -23, 'FOR': -23, 'IF': -23, 'IN': -23, 'LBRACE': -23, 'LPAR': 69, 'LSQB': 70, 'MINUS': -23, 'NEWLINE': -23, 'NOT_IN': -23, 'OPERATOR': -23, 'RBRACE': -23, 'RPAR': -23, 'RSQB': -23},  # 22
    {'$END': -46, 'AS': -46, 'COLON': -46, 'COMMA': -46, 'DOT': -46, 'ELSE': -46, 'FOR': -46, 'IF': -46, 'IN': -46, 'LBRACE': -46, 'LPAR': -46, 'LSQB': -46, 'MINUS': -46, 'NEWLINE': -46, 'NOT_IN': -46, 'OPERATOR': -46, 'RBRACE': -46, 'RPAR': -46, 'RSQB': -46},  # 23
    {'$END': -96, 'NEWLINE': -96, 'RBRACE': -96},  # 24
    {},  # 25
    {'$END': -68, 'COLON': -68, 'COMMA': -68, 'FOR': -68, 'IF': 71, 'LBRACE': -68, 'NEWLINE': -68, 'RBRACE': -68, 'RPAR': -68, 'RSQB': -68},  # 26
    {'$END': -39, 'NEWLINE': -39, 'RBRACE': -39},  # 27
    {'COMMA': -41, 'EQUAL': -41, 'IN': -41, 'RPAR': -41},  # 28
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 40, 'operation': 26},  # 29
    {'$END': -54, 'AS': -54, 'COLON': -54, 'COMMA': -54, 'DOT': -54, 'ELSE': -54, 'FOR': -54, 'IF': -54, 'IN': -54, 'LBRACE': -54, 'LPAR': -54, 'LSQB': -54, 'MINUS': -54, 'NEWLINE': -54, 'NOT_IN': -54, 'OPERATOR': -54, 'RBRACE': -54, 'RPAR': -54, 'RSQB': -54},  # 30
    {},  # 31
    {'LPAR': 72},  # 32
    {'LPAR': 33, 'NAME': 34, 'target': 41},  # 33
    {'COMMA': -106, 'EQUAL': -106, 'IN': -106, 'RPAR': -106},  # 34
    {'COMMA': 65, 'IN': 73},  # 35
    {'$END': -20, 'AS': -20, 'DOT': -20, 'IMPORT': -20, 'NEWLINE': -20, 'RBRACE': -20},  # 36
    {'$END': -82, 'AS': -82, 'DOT': 74, 'IMPORT': -82, 'NEWLINE': -82, 'RBRACE': -82},  # 37
    {'IMPORT': 75},  # 38
    {'$END': -44, 'AS': 76, 'NEWLINE': -44, 'RBRACE': -44, 'alias': 77},  # 39
    {'RPAR': 78},  # 40
    {'COMMA': 79},  # 41
    {'COMMA': -76, 'RSQB': -76},  # 42
    {'AS': -54, 'COLON': -54, 'COMMA': -54, 'DOT': -54, 'EQUAL': 66, 'FOR': -54, 'IF': -54, 'IN': -54, 'LPAR': -54, 'LSQB': -54, 'MINUS': -54, 'NOT_IN': -54, 'OPERATOR': -54, 'RSQB': -54, '_value': 80},  # 43
    {'$END': -57, 'AS': -57, 'COLON': -57, 'COMMA': -57, 'DOT': -57, 'ELSE': -57, 'FOR': -57, 'IF': -57, 'IN': -57, 'LBRACE': -57, 'LPAR': -57, 'LSQB': -57, 'MINUS': -57, 'NEWLINE': -57, 'NOT_IN': -57, 'OPERATOR': -57, 'RBRACE': -57, 'RPAR': -57, 'RSQB': -57},  # 44
    {'RSQB': 81},  # 45
    {'COMMA': 82, 'RSQB': -16},  # 46
    {'COLON': 83},  # 47
    {'COLON': -65, 'COMMA': -77, 'FOR': 84, 'RSQB': -77, '_clauses': 85, 'clause': 86},  # 48
    {'COMMA': -36, 'RSQB': -36},  # 49
    {'$END': -24, 'AS': -24, 'COLON': -24, 'COMMA': -24, 'ELSE': -24, 'FOR': -24, 'IF': -24, 'IN': -24, 'LBRACE': -24, 'MINUS': -24, 'NEWLINE': -24, 'NOT_IN': -24, 'OPERATOR': -24, 'RBRACE': -24, 'RPAR': -24, 'RSQB': -24},  # 50
    {'$END': -24, 'AS': -24, 'COLON': -24, 'COMMA': -24, 'ELSE': -24, 'FOR': -24, 'IF': -24, 'IN': -24, 'LBRACE': -24, 'MINUS': -24, 'NEWLINE': -24, 'NOT_IN': -24, 'OPERATOR': -24, 'RBRACE': -24, 'RPAR': -24, 'RSQB': -24},  # 51
    {'$END': -98, 'COMMA': 87, 'NEWLINE': -98, 'RBRACE': -98},  # 52
    {'$END': -10, 'COMMA': -10, 'NEWLINE': -10, 'RBRACE': -10},  # 53
    {'EQUAL': 66, 'LSQB': 88, '_value': 89},  # 54
    {'DOC': -9, 'EXTERN': -9, 'KIND': -9},  # 55
    {'NAME': 90},  # 56
    {'NAME': 91},  # 57
    {'NAME': 92, 'STRING': 93, '_label': 94, 'label': 95},  # 58
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 96, 'applied': 22, 'atom': 23},  # 59
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 97, 'applied': 22, 'atom': 23},  # 60
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 98, 'applied': 22, 'atom': 23},  # 61
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 99, 'applied': 22, 'atom': 23},  # 62
    {'$END': -26, 'AS': -26, 'COLON': -26, 'COMMA': -26, 'ELSE': -26, 'FOR': -26, 'IF': -26, 'IN': -26, 'LBRACE': -26, 'MINUS': -26, 'NEWLINE': -26, 'NOT_IN': -26, 'OPERATOR': -26, 'RBRACE': -26, 'RPAR': -26, 'RSQB': -26},  # 63
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'EXTERN': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NOT': 12, 'NUMBER': 13, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 100, 'target': 28},  # 64
    {'LPAR': 33, 'NAME': 34, 'target': 101},  # 65
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 102, 'operation': 26},  # 66
    {'$END': -97, 'NEWLINE': -97, 'RBRACE': -97},  # 67
    {'NAME': 103, 'POSITION': 104, 'STRING': 105},  # 68
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 106, 'NOT': 12, 'NUMBER': 13, 'RPAR': -1, 'STRING': 16, '_arguments': 107, '_operand': 18, '_operation': 19, '_some_arguments': 108, 'applied': 22, 'argument': 109, 'atom': 23, 'expression': 110, 'operation': 26},  # 69
    {'COLON': -64, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_items': 111, '_operand': 18, '_operation': 19, '_some_items': 46, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 112, 'item': 49, 'operation': 26},  # 70
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 113},  # 71
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 106, 'NOT': 12, 'NUMBER': 13, 'RPAR': -1, 'STRING': 16, '_arguments': 114, '_operand': 18, '_operation': 19, '_some_arguments': 108, 'applied': 22, 'argument': 109, 'atom': 23, 'expression': 110, 'operation': 26},  # 72
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 115, 'operation': 26},  # 73
    {'NAME': 116},  # 74
    {'NAME': 117, '_imported': 118, 'imported': 119},  # 75
    {'NAME': 120},  # 76
    {'$END': -99, 'NEWLINE': -99, 'RBRACE': -99},  # 77
    {'$END': -59, 'AS': -59, 'COLON': -59, 'COMMA': -59, 'DOT': -59, 'ELSE': -59, 'FOR': -59, 'IF': -59, 'IN': -59, 'LBRACE': -59, 'LPAR': -59, 'LSQB': -59, 'MINUS': -59, 'NEWLINE': -59, 'NOT_IN': -59, 'OPERATOR': -59, 'RBRACE': -59, 'RPAR': -59, 'RSQB': -59},  # 78
    {'LPAR': 33, 'NAME': 34, '_targets': 121, 'target': 28},  # 79
    {'COMMA': -78, 'RSQB': -78},  # 80
    {'$END': -58, 'AS': -58, 'COLON': -58, 'COMMA': -58, 'DOT': -58, 'ELSE': -58, 'FOR': -58, 'IF': -58, 'IN': -58, 'LBRACE': -58, 'LPAR': -58, 'LSQB': -58, 'MINUS': -58, 'NEWLINE': -58, 'NOT_IN': -58, 'OPERATOR': -58, 'RBRACE': -58, 'RPAR': -58, 'RSQB': -58},  # 81
    {'COLON': -64, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'RSQB': -17, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 112, 'item': 122, 'operation': 26},  # 82
    {'COLON': -64, 'COMMA': -64, 'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'RSQB': -64, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 123, 'expression': 124, 'operation': 26},  # 83
    {'LPAR': 33, 'NAME': 34, '_targets': 125, 'target': 28},  # 84
    {'FOR': 84, 'RSQB': 126, 'clause': 127},  # 85
    {'FOR': -4, 'RSQB': -4},  # 86
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 128, 'operation': 26},  # 87
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 129, 'operation': 26},  # 88
    {'$END': -100, 'NEWLINE': -100, 'RBRACE': -100},  # 89
    {'ARROW': -88, 'COLON': -88, 'EQUAL': -88, 'LPAR': 130, 'parameters': 131},  # 90
    {'ARROW': -88, 'COLON': -88, 'EQUAL': -88, 'LBRACE': -88, 'LPAR': 130, 'parameters': 132},  # 91
    {'$END': -18, 'AS': -18, 'COLON': -18, 'COMMA': -18, 'ELSE': -18, 'FOR': -18, 'IF': -18, 'IN': -18, 'LBRACE': -18, 'LSQB': -18, 'MINUS': -18, 'NEWLINE': -18, 'NOT_IN': -18, 'OPERATOR': -18, 'RBRACE': -18, 'RPAR': -18, 'RSQB': -18},  # 92
    {'$END': -18, 'AS': -18, 'COLON': -18, 'COMMA': -18, 'ELSE': -18, 'FOR': -18, 'IF': -18, 'IN': -18, 'LBRACE': -18, 'LSQB': -18, 'MINUS': -18, 'NEWLINE': -18, 'NOT_IN': -18, 'OPERATOR': -18, 'RBRACE': -18, 'RPAR': -18, 'RSQB': -18},  # 93
    {'$END': -81, 'AS': -81, 'COLON': -81, 'COMMA': -81, 'ELSE': -81, 'FOR': -81, 'IF': -81, 'IN': -81, 'LBRACE': -81, 'LSQB': 133, 'MINUS': -81, 'NEWLINE': -81, 'NOT_IN': -81, 'OPERATOR': -81, 'RBRACE': -81, 'RPAR': -81, 'RSQB': -81},  # 94
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 95
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 96
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 97
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 98
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 99
    {'$END': -40, 'NEWLINE': -40, 'RBRACE': -40},  # 100
    {'COMMA': -42, 'EQUAL': -42, 'IN': -42, 'RPAR': -42},  # 101
    {'$END': -43, 'COMMA': -43, 'NEWLINE': -43, 'RBRACE': -43, 'RPAR': -43, 'RSQB': -43},  # 102
    {'$END': -47, 'AS': -47, 'COLON': -47, 'COMMA': -47, 'DOT': -47, 'ELSE': -47, 'FOR': -47, 'IF': -47, 'IN': -47, 'LBRACE': -47, 'LPAR': -47, 'LSQB': -47, 'MINUS': -47, 'NEWLINE': -47, 'NOT_IN': -47, 'OPERATOR': -47, 'RBRACE': -47, 'RPAR': -47, 'RSQB': -47},  # 103
    {'$END': -47, 'AS': -47, 'COLON': -47, 'COMMA': -47, 'DOT': -47, 'ELSE': -47, 'FOR': -47, 'IF': -47, 'IN': -47, 'LBRACE': -47, 'LPAR': -47, 'LSQB': -47, 'MINUS': -47, 'NEWLINE': -47, 'NOT_IN': -47, 'OPERATOR': -47, 'RBRACE': -47, 'RPAR': -47, 'RSQB': -47},  # 104
    {'$END': -47, 'AS': -47, 'COLON': -47, 'COMMA': -47, 'DOT': -47, 'ELSE': -47, 'FOR': -47, 'IF': -47, 'IN': -47, 'LBRACE': -47, 'LPAR': -47, 'LSQB': -47, 'MINUS': -47, 'NEWLINE': -47, 'NOT_IN': -47, 'OPERATOR': -47, 'RBRACE': -47, 'RPAR': -47, 'RSQB': -47},  # 105
    {'AS': -54, 'COMMA': -54, 'DOT': -54, 'EQUAL': 66, 'IF': -54, 'IN': -54, 'LPAR': -54, 'LSQB': -54, 'MINUS': -54, 'NOT_IN': -54, 'OPERATOR': -54, 'RPAR': -54, '_value': 134},  # 106
    {'RPAR': 135},  # 107
    {'COMMA': 136, 'RPAR': -2},  # 108
    {'COMMA': -34, 'RPAR': -34},  # 109
    {'COMMA': -50, 'RPAR': -50},  # 110
    {'RSQB': 137},  # 111
    {'COLON': -65, 'COMMA': -77, 'RSQB': -77},  # 112
    {'ELSE': 138},  # 113
    {'RPAR': 139},  # 114
    {'LBRACE': 140},  # 115
    {'$END': -21, 'AS': -21, 'DOT': -21, 'IMPORT': -21, 'NEWLINE': -21, 'RBRACE': -21},  # 116
    {'$END': -44, 'AS': 76, 'COMMA': -44, 'NEWLINE': -44, 'RBRACE': -44, 'alias': 141},  # 117
    {'$END': -101, 'COMMA': 142, 'NEWLINE': -101, 'RBRACE': -101},  # 118
    {'$END': -14, 'COMMA': -14, 'NEWLINE': -14, 'RBRACE': -14},  # 119
    {'$END': -45, 'COMMA': -45, 'NEWLINE': -45, 'RBRACE': -45},  # 120
    {'COMMA': 65, 'RPAR': 143},  # 121
    {'COMMA': -37, 'RSQB': -37},  # 122
    {'COLON': 144, 'COMMA': -79, 'RSQB': -79},  # 123
    {'COLON': -65, 'COMMA': -65, 'RSQB': -65},  # 124
    {'COMMA': 65, 'IN': 145},  # 125
    {'$END': -60, 'AS': -60, 'COLON': -60, 'COMMA': -60, 'DOT': -60, 'ELSE': -60, 'FOR': -60, 'IF': -60, 'IN': -60, 'LBRACE': -60, 'LPAR': -60, 'LSQB': -60, 'MINUS': -60, 'NEWLINE': -60, 'NOT_IN': -60, 'OPERATOR': -60, 'RBRACE': -60, 'RPAR': -60, 'RSQB': -60},  # 126
    {'FOR': -5, 'RSQB': -5},  # 127
    {'$END': -11, 'COMMA': -11, 'NEWLINE': -11, 'RBRACE': -11},  # 128
    {'RSQB': 146},  # 129
    {'NAME': 147, 'RPAR': 148, '_parameters': 149, 'parameter': 150},  # 130
    {'ARROW': -73, 'COLON': 151, 'EQUAL': -73, 'inputs': 152},  # 131
    {'ARROW': -73, 'COLON': 151, 'EQUAL': -73, 'LBRACE': -73, 'inputs': 153},  # 132
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 154, 'operation': 26},  # 133
    {'COMMA': -51, 'RPAR': -51},  # 134
    {'$END': -48, 'AS': -48, 'COLON': -48, 'COMMA': -48, 'DOT': -48, 'ELSE': -48, 'FOR': -48, 'IF': -48, 'IN': -48, 'LBRACE': -48, 'LPAR': -48, 'LSQB': -48, 'MINUS': -48, 'NEWLINE': -48, 'NOT_IN': -48, 'OPERATOR': -48, 'RBRACE': -48, 'RPAR': -48, 'RSQB': -48},  # 135
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 106, 'NOT': 12, 'NUMBER': 13, 'RPAR': -3, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'argument': 155, 'atom': 23, 'expression': 110, 'operation': 26},  # 136
    {'$END': -49, 'AS': -49, 'COLON': -49, 'COMMA': -49, 'DOT': -49, 'ELSE': -49, 'FOR': -49, 'IF': -49, 'IN': -49, 'LBRACE': -49, 'LPAR': -49, 'LSQB': -49, 'MINUS': -49, 'NEWLINE': -49, 'NOT_IN': -49, 'OPERATOR': -49, 'RBRACE': -49, 'RPAR': -49, 'RSQB': -49},  # 137
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 156, 'operation': 26},  # 138
    {'$END': -102, 'NEWLINE': -102, 'RBRACE': -102},  # 139
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'EXTERN': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -38, 'NOT': 12, 'NUMBER': 13, 'RBRACE': -38, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 157, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 27, 'target': 28},  # 140
    {'$END': -72, 'COMMA': -72, 'NEWLINE': -72, 'RBRACE': -72},  # 141
    {'NAME': 117, 'imported': 158},  # 142
    {'COMMA': -107, 'EQUAL': -107, 'IN': -107, 'RPAR': -107},  # 143
    {'COMMA': -64, 'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'RSQB': -64, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 159, 'expression': 124, 'operation': 26},  # 144
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 160},  # 145
    {'EQUAL': 66, '_value': 161},  # 146
    {'COMMA': -86, 'EQUAL': 66, 'RPAR': -86, '_value': 162},  # 147
    {'ARROW': -89, 'COLON': -89, 'EQUAL': -89, 'LBRACE': -89},  # 148
    {'COMMA': 163, 'RPAR': 164},  # 149
    {'COMMA': -27, 'RPAR': -27},  # 150
    {'LPAR': 165, 'LSQB': 166, 'NAME': 167, 'OPERATOR': 168, '_port': 169, '_ports': 170, 'port': 171, 'shape': 172},  # 151
    {'ARROW': 173, 'EQUAL': -84, 'outputs': 174},  # 152
    {'ARROW': 173, 'EQUAL': -84, 'LBRACE': -84, 'outputs': 175},  # 153
    {'RSQB': 176},  # 154
    {'COMMA': -35, 'RPAR': -35},  # 155
    {'$END': -69, 'COLON': -69, 'COMMA': -69, 'FOR': -69, 'LBRACE': -69, 'NEWLINE': -69, 'RBRACE': -69, 'RPAR': -69, 'RSQB': -69},  # 156
    {'NEWLINE': 64, 'RBRACE': 177},  # 157
    {'$END': -15, 'COMMA': -15, 'NEWLINE': -15, 'RBRACE': -15},  # 158
    {'COMMA': -80, 'RSQB': -80},  # 159
    {'FOR': -6, 'IF': -6, 'RSQB': -6, '_conditions': 178},  # 160
    {'$END': -103, 'NEWLINE': -103, 'RBRACE': -103},  # 161
    {'COMMA': -87, 'RPAR': -87},  # 162
    {'NAME': 147, 'RPAR': 179, 'parameter': 180},  # 163
    {'ARROW': -90, 'COLON': -90, 'EQUAL': -90, 'LBRACE': -90},  # 164
    {'RPAR': 181},  # 165
    {'COLON': -64, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'RSQB': 182, 'STRING': 16, '_items': 183, '_operand': 18, '_operation': 19, '_some_items': 46, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 112, 'item': 49, 'operation': 26},  # 166
    {'ARROW': -29, 'COMMA': -29, 'EQUAL': -29, 'LBRACE': -29, 'LSQB': 166, 'NAME': 184, 'dtype': 185, 'shape': 186},  # 167
    {'LSQB': 166, 'NAME': 167, '_port': 187, 'shape': 172},  # 168
    {'ARROW': -92, 'COMMA': -92, 'EQUAL': -92, 'LBRACE': -92},  # 169
    {'ARROW': -74, 'COMMA': 188, 'EQUAL': -74, 'LBRACE': -74},  # 170
    {'ARROW': -32, 'COMMA': -32, 'EQUAL': -32, 'LBRACE': -32},  # 171
    {'ARROW': -29, 'COMMA': -29, 'EQUAL': -29, 'LBRACE': -29, 'NAME': 184, 'dtype': 189},  # 172
    {'LSQB': 166, 'NAME': 167, 'OPERATOR': 168, '_port': 169, '_ports': 190, 'port': 171, 'shape': 172},  # 173
    {'EQUAL': 66, '_value': 191},  # 174
    {'EQUAL': 66, 'LBRACE': 192, '_value': 193, 'body': 194},  # 175
    {'$END': -19, 'AS': -19, 'COLON': -19, 'COMMA': -19, 'ELSE': -19, 'FOR': -19, 'IF': -19, 'IN': -19, 'LBRACE': -19, 'LSQB': -19, 'MINUS': -19, 'NEWLINE': -19, 'NOT_IN': -19, 'OPERATOR': -19, 'RBRACE': -19, 'RPAR': -19, 'RSQB': -19},  # 176
    {'$END': -61, 'AS': -61, 'COLON': -61, 'COMMA': -61, 'DOT': -61, 'ELSE': -61, 'FOR': -61, 'IF': -61, 'IN': -61, 'LBRACE': -61, 'LPAR': -61, 'LSQB': -61, 'MINUS': -61, 'NEWLINE': -61, 'NOT_IN': -61, 'OPERATOR': -61, 'RBRACE': -61, 'RPAR': -61, 'RSQB': -61},  # 177
    {'FOR': -66, 'IF': 195, 'RSQB': -66},  # 178
    {'ARROW': -91, 'COLON': -91, 'EQUAL': -91, 'LBRACE': -91},  # 179
    {'COMMA': -28, 'RPAR': -28},  # 180
    {'ARROW': -75, 'EQUAL': -75, 'LBRACE': -75},  # 181
    {'ARROW': -94, 'COMMA': -94, 'EQUAL': -94, 'LBRACE': -94, 'NAME': -94},  # 182
    {'RSQB': 196},  # 183
    {'ARROW': -67, 'COMMA': -67, 'EQUAL': -67, 'LBRACE': -67},  # 184
    {'ARROW': -30, 'COMMA': -30, 'EQUAL': -30, 'LBRACE': -30},  # 185
    {'ARROW': -30, 'COMMA': -30, 'EQUAL': -30, 'LBRACE': -30, 'NAME': 184, 'dtype': 197},  # 186
    {'ARROW': -93, 'COMMA': -93, 'EQUAL': -93, 'LBRACE': -93},  # 187
    {'LSQB': 166, 'NAME': 167, 'OPERATOR': 168, '_port': 169, 'port': 198, 'shape': 172},  # 188
    {'ARROW': -30, 'COMMA': -30, 'EQUAL': -30, 'LBRACE': -30},  # 189
    {'COMMA': 188, 'EQUAL': -85, 'LBRACE': -85},  # 190
    {'$END': -12, 'COMMA': -12, 'NEWLINE': -12, 'RBRACE': -12, '_facts': 199},  # 191
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'EXTERN': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -38, 'NOT': 12, 'NUMBER': 13, 'RBRACE': -38, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 200, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 27, 'target': 28},  # 192
    {'$END': -62, 'NEWLINE': -62, 'RBRACE': -62},  # 193
    {'$END': -104, 'NEWLINE': -104, 'RBRACE': -104},  # 194
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 201},  # 195
    {'ARROW': -95, 'COMMA': -95, 'EQUAL': -95, 'LBRACE': -95, 'NAME': -95},  # 196
    {'ARROW': -31, 'COMMA': -31, 'EQUAL': -31, 'LBRACE': -31},  # 197
    {'ARROW': -33, 'COMMA': -33, 'EQUAL': -33, 'LBRACE': -33},  # 198
    {'$END': -105, 'COMMA': 202, 'NEWLINE': -105, 'RBRACE': -105},  # 199
    {'NEWLINE': 64, 'RBRACE': 203},  # 200
    {'FOR': -7, 'IF': -7, 'RSQB': -7},  # 201
    {'NAME': 204, 'fact': 205},  # 202
    {'$END': -63, 'NEWLINE': -63, 'RBRACE': -63},  # 203
    {'EQUAL': 66, '_value': 206},  # 204
    {'$END': -13, 'COMMA': -13, 'NEWLINE': -13, 'RBRACE': -13},  # 205
    {'$END': -70, 'COMMA': -70, 'NEWLINE': -70, 'RBRACE': -70},  # 206
)
