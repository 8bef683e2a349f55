"""The tables of net.lark, written by write_tables.py: change net.lark and run `make tables`.

A state maps what comes next to the state that it leads to, or (below zero) to a reduction:
how many values it takes, its rule, the method of tree_builder.py, whether its values go to its
parent.
"""

# ruff: noqa: E501
# fmt: off
MADE_OF = 940287714
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
    (1, '_ports', None, True),  # -29
    (3, '_ports', '_ports', True),  # -30
    (1, '_some_arguments', None, True),  # -31
    (3, '_some_arguments', '_some_arguments', True),  # -32
    (1, '_some_items', None, True),  # -33
    (3, '_some_items', '_some_items', True),  # -34
    (0, '_statements', '_statements', True),  # -35
    (1, '_statements', None, True),  # -36
    (3, '_statements', '_statements', True),  # -37
    (1, '_targets', None, True),  # -38
    (3, '_targets', '_targets', True),  # -39
    (2, '_value', '_value', True),  # -40
    (0, 'alias', 'alias', False),  # -41
    (2, 'alias', 'alias', False),  # -42
    (1, 'applied', None, False),  # -43
    (3, 'applied', 'attribute', False),  # -44
    (4, 'applied', 'call', False),  # -45
    (4, 'applied', 'index', False),  # -46
    (1, 'argument', None, False),  # -47
    (2, 'argument', 'setting', False),  # -48
    (1, 'atom', 'constant', False),  # -49
    (1, 'atom', 'dims', False),  # -50
    (1, 'atom', 'name', False),  # -51
    (1, 'atom', 'number', False),  # -52
    (1, 'atom', 'text', False),  # -53
    (2, 'atom', 'list_', False),  # -54
    (3, 'atom', 'list_', False),  # -55
    (3, 'atom', 'paren', False),  # -56
    (4, 'atom', 'comprehension', False),  # -57
    (7, 'atom', 'for_', False),  # -58
    (1, 'body', 'body', False),  # -59
    (3, 'body', 'body', False),  # -60
    (0, 'bound', 'bound', False),  # -61
    (1, 'bound', 'bound', False),  # -62
    (5, 'clause', 'clause', False),  # -63
    (1, 'dtype', 'dtype', False),  # -64
    (1, 'expression', None, False),  # -65
    (5, 'expression', 'conditional', False),  # -66
    (2, 'fact', 'fact', False),  # -67
    (1, 'file', 'file', False),  # -68
    (2, 'imported', 'imported', False),  # -69
    (0, 'inputs', 'inputs', False),  # -70
    (2, 'inputs', 'inputs', False),  # -71
    (3, 'inputs', 'inputs', False),  # -72
    (1, 'item', 'ellipsis', False),  # -73
    (1, 'item', None, False),  # -74
    (2, 'item', 'setting', False),  # -75
    (3, 'item', 'slice', False),  # -76
    (5, 'item', 'slice', False),  # -77
    (1, 'label', 'label', False),  # -78
    (1, 'module', 'module', False),  # -79
    (1, 'operation', 'operation', False),  # -80
    (0, 'outputs', 'outputs', False),  # -81
    (2, 'outputs', 'outputs', False),  # -82
    (1, 'parameter', 'parameter', False),  # -83
    (2, 'parameter', 'parameter', False),  # -84
    (0, 'parameters', 'parameters', False),  # -85
    (2, 'parameters', 'parameters', False),  # -86
    (3, 'parameters', 'parameters', False),  # -87
    (4, 'parameters', 'parameters', False),  # -88
    (1, 'port', 'port', False),  # -89
    (2, 'port', 'port', False),  # -90
    (3, 'port', 'port', False),  # -91
    (2, 'shape', 'shape', False),  # -92
    (3, 'shape', 'shape', False),  # -93
    (1, 'statement', 'evaluation', False),  # -94
    (2, 'statement', 'assignment', False),  # -95
    (2, 'statement', 'require', False),  # -96
    (3, 'statement', 'import_', False),  # -97
    (3, 'statement', 'share', False),  # -98
    (4, 'statement', 'from_import', False),  # -99
    (5, 'statement', 'default', False),  # -100
    (6, 'statement', 'share', False),  # -101
    (7, 'statement', 'block', False),  # -102
    (8, 'statement', 'extern', False),  # -103
    (1, 'target', 'name', False),  # -104
    (5, 'target', 'names', False),  # -105
)
STATES: tuple[dict[str, int], ...] = (
    {'$END': -35, 'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'EXTERN': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -35, 'NOT': 12, 'NUMBER': 13, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 20, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'file': 25, 'operation': 26, 'statement': 27, 'target': 28},  # 0
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 31, 'operation': 26},  # 1
    {'$END': -49, 'AS': -49, 'COLON': -49, 'COMMA': -49, 'DOT': -49, 'ELSE': -49, 'FOR': -49, 'IF': -49, 'IN': -49, 'LBRACE': -49, 'LPAR': -49, 'LSQB': -49, 'MINUS': -49, 'NEWLINE': -49, 'NOT_IN': -49, 'OPERATOR': -49, 'RBRACE': -49, 'RPAR': -49, 'RSQB': -49},  # 2
    {'NAME': 32},  # 3
    {'$END': -50, 'AS': -50, 'COLON': -50, 'COMMA': -50, 'DOT': -50, 'ELSE': -50, 'FOR': -50, 'IF': -50, 'IN': -50, 'LBRACE': -50, 'LPAR': -50, 'LSQB': -50, 'MINUS': -50, 'NEWLINE': -50, 'NOT_IN': -50, 'OPERATOR': -50, 'RBRACE': -50, 'RPAR': -50, 'RSQB': -50},  # 4
    {'LPAR': 33, 'NAME': 34, '_targets': 35, 'target': 28},  # 5
    {'NAME': 36, '_module': 37, 'module': 38},  # 6
    {'NAME': 36, '_module': 37, 'module': 39},  # 7
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 40, 'operation': 26, 'target': 41},  # 8
    {'COLON': -61, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'RSQB': 44, 'STRING': 16, '_items': 45, '_operand': 18, '_operation': 19, '_some_items': 46, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 48, 'item': 49, 'operation': 26},  # 9
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 50, 'applied': 22, 'atom': 23},  # 10
    {'$END': -51, 'AS': -51, 'COMMA': -104, 'DOT': -51, 'EQUAL': -104, 'IF': -51, 'IN': -51, 'LPAR': -51, 'LSQB': -51, 'MINUS': -51, 'NEWLINE': -51, 'NOT_IN': -51, 'OPERATOR': -51, 'RBRACE': -51, 'RPAR': -51},  # 11
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 51, 'applied': 22, 'atom': 23},  # 12
    {'$END': -52, 'AS': -52, 'COLON': -52, 'COMMA': -52, 'DOT': -52, 'ELSE': -52, 'FOR': -52, 'IF': -52, 'IN': -52, 'LBRACE': -52, 'LPAR': -52, 'LSQB': -52, 'MINUS': -52, 'NEWLINE': -52, 'NOT_IN': -52, 'OPERATOR': -52, 'RBRACE': -52, 'RPAR': -52, 'RSQB': -52},  # 13
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_expressions': 52, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 53, 'operation': 26},  # 14
    {'NAME': 54},  # 15
    {'$END': -53, 'AS': -53, 'COLON': -53, 'COMMA': -53, 'DOT': -53, 'ELSE': -53, 'FOR': -53, 'IF': -53, 'IN': -53, 'LBRACE': -53, 'LPAR': -53, 'LSQB': -53, 'MINUS': -53, 'NEWLINE': -53, 'NOT_IN': -53, 'OPERATOR': -53, 'RBRACE': -53, 'RPAR': -53, 'RSQB': -53},  # 16
    {'DOC': 55, 'EXTERN': 56, 'KIND': 57},  # 17
    {'$END': -25, 'AS': -25, 'COLON': -25, 'COMMA': -25, 'ELSE': -25, 'FOR': -25, 'IF': -25, 'IN': -25, 'LBRACE': -25, 'MINUS': -25, 'NEWLINE': -25, 'NOT_IN': -25, 'OPERATOR': -25, 'RBRACE': -25, 'RPAR': -25, 'RSQB': -25},  # 18
    {'$END': -80, 'AS': 58, 'COLON': -80, 'COMMA': -80, 'ELSE': -80, 'FOR': -80, 'IF': -80, 'IN': 59, 'LBRACE': -80, 'MINUS': 60, 'NEWLINE': -80, 'NOT_IN': 61, 'OPERATOR': 62, 'RBRACE': -80, 'RPAR': -80, 'RSQB': -80, '_more': 63},  # 19
    {'$END': -68, 'NEWLINE': 64},  # 20
    {'COMMA': 65, 'EQUAL': 66, '_value': 67},  # 21
    {'$END': -23, 'AS': -23, 'COLON': -23, 'COMMA': -23, 'DOT': 68, 'ELSE': -23, 'FOR': -23, 'IF': -23, 'IN': -23, 'LBRACE': -23, 'LPAR': 69, 'LSQB': 70, 'MINUS': -23, 'NEWLINE': -23, 'NOT_IN': -23, 'OPERATOR': -23, 'RBRACE': -23, 'RPAR': -23, 'RSQB': -23},  # 22
    {'$END': -43, 'AS': -43, 'COLON': -43, 'COMMA': -43, 'DOT': -43, 'ELSE': -43, 'FOR': -43, 'IF': -43, 'IN': -43, 'LBRACE': -43, 'LPAR': -43, 'LSQB': -43, 'MINUS': -43, 'NEWLINE': -43, 'NOT_IN': -43, 'OPERATOR': -43, 'RBRACE': -43, 'RPAR': -43, 'RSQB': -43},  # 23
    {'$END': -94, 'NEWLINE': -94, 'RBRACE': -94},  # 24
    {},  # 25
    {'$END': -65, 'COLON': -65, 'COMMA': -65, 'FOR': -65, 'IF': 71, 'LBRACE': -65, 'NEWLINE': -65, 'RBRACE': -65, 'RPAR': -65, 'RSQB': -65},  # 26
    {'$END': -36, 'NEWLINE': -36, 'RBRACE': -36},  # 27
    {'COMMA': -38, 'EQUAL': -38, 'IN': -38, 'RPAR': -38},  # 28
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 40, 'operation': 26},  # 29
    {'$END': -51, 'AS': -51, 'COLON': -51, 'COMMA': -51, 'DOT': -51, 'ELSE': -51, 'FOR': -51, 'IF': -51, 'IN': -51, 'LBRACE': -51, 'LPAR': -51, 'LSQB': -51, 'MINUS': -51, 'NEWLINE': -51, 'NOT_IN': -51, 'OPERATOR': -51, 'RBRACE': -51, 'RPAR': -51, 'RSQB': -51},  # 30
    {},  # 31
    {'LPAR': 72},  # 32
    {'LPAR': 33, 'NAME': 34, 'target': 41},  # 33
    {'COMMA': -104, 'EQUAL': -104, 'IN': -104, 'RPAR': -104},  # 34
    {'COMMA': 65, 'IN': 73},  # 35
    {'$END': -20, 'AS': -20, 'DOT': -20, 'IMPORT': -20, 'NEWLINE': -20, 'RBRACE': -20},  # 36
    {'$END': -79, 'AS': -79, 'DOT': 74, 'IMPORT': -79, 'NEWLINE': -79, 'RBRACE': -79},  # 37
    {'IMPORT': 75},  # 38
    {'$END': -41, 'AS': 76, 'NEWLINE': -41, 'RBRACE': -41, 'alias': 77},  # 39
    {'RPAR': 78},  # 40
    {'COMMA': 79},  # 41
    {'COMMA': -73, 'RSQB': -73},  # 42
    {'AS': -51, 'COLON': -51, 'COMMA': -51, 'DOT': -51, 'EQUAL': 66, 'FOR': -51, 'IF': -51, 'IN': -51, 'LPAR': -51, 'LSQB': -51, 'MINUS': -51, 'NOT_IN': -51, 'OPERATOR': -51, 'RSQB': -51, '_value': 80},  # 43
    {'$END': -54, 'AS': -54, 'COLON': -54, 'COMMA': -54, 'DOT': -54, 'ELSE': -54, 'FOR': -54, 'IF': -54, 'IN': -54, 'LBRACE': -54, 'LPAR': -54, 'LSQB': -54, 'MINUS': -54, 'NEWLINE': -54, 'NOT_IN': -54, 'OPERATOR': -54, 'RBRACE': -54, 'RPAR': -54, 'RSQB': -54},  # 44
    {'RSQB': 81},  # 45
    {'COMMA': 82, 'RSQB': -16},  # 46
    {'COLON': 83},  # 47
    {'COLON': -62, 'COMMA': -74, 'FOR': 84, 'RSQB': -74, '_clauses': 85, 'clause': 86},  # 48
    {'COMMA': -33, 'RSQB': -33},  # 49
    {'$END': -24, 'AS': -24, 'COLON': -24, 'COMMA': -24, 'ELSE': -24, 'FOR': -24, 'IF': -24, 'IN': -24, 'LBRACE': -24, 'MINUS': -24, 'NEWLINE': -24, 'NOT_IN': -24, 'OPERATOR': -24, 'RBRACE': -24, 'RPAR': -24, 'RSQB': -24},  # 50
    {'$END': -24, 'AS': -24, 'COLON': -24, 'COMMA': -24, 'ELSE': -24, 'FOR': -24, 'IF': -24, 'IN': -24, 'LBRACE': -24, 'MINUS': -24, 'NEWLINE': -24, 'NOT_IN': -24, 'OPERATOR': -24, 'RBRACE': -24, 'RPAR': -24, 'RSQB': -24},  # 51
    {'$END': -96, 'COMMA': 87, 'NEWLINE': -96, 'RBRACE': -96},  # 52
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
    {'$END': -95, 'NEWLINE': -95, 'RBRACE': -95},  # 67
    {'NAME': 103, 'POSITION': 104, 'STRING': 105},  # 68
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 106, 'NOT': 12, 'NUMBER': 13, 'RPAR': -1, 'STRING': 16, '_arguments': 107, '_operand': 18, '_operation': 19, '_some_arguments': 108, 'applied': 22, 'argument': 109, 'atom': 23, 'expression': 110, 'operation': 26},  # 69
    {'COLON': -61, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_items': 111, '_operand': 18, '_operation': 19, '_some_items': 46, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 112, 'item': 49, 'operation': 26},  # 70
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 113},  # 71
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 106, 'NOT': 12, 'NUMBER': 13, 'RPAR': -1, 'STRING': 16, '_arguments': 114, '_operand': 18, '_operation': 19, '_some_arguments': 108, 'applied': 22, 'argument': 109, 'atom': 23, 'expression': 110, 'operation': 26},  # 72
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 115, 'operation': 26},  # 73
    {'NAME': 116},  # 74
    {'NAME': 117, '_imported': 118, 'imported': 119},  # 75
    {'NAME': 120},  # 76
    {'$END': -97, 'NEWLINE': -97, 'RBRACE': -97},  # 77
    {'$END': -56, 'AS': -56, 'COLON': -56, 'COMMA': -56, 'DOT': -56, 'ELSE': -56, 'FOR': -56, 'IF': -56, 'IN': -56, 'LBRACE': -56, 'LPAR': -56, 'LSQB': -56, 'MINUS': -56, 'NEWLINE': -56, 'NOT_IN': -56, 'OPERATOR': -56, 'RBRACE': -56, 'RPAR': -56, 'RSQB': -56},  # 78
    {'LPAR': 33, 'NAME': 34, '_targets': 121, 'target': 28},  # 79
    {'COMMA': -75, 'RSQB': -75},  # 80
    {'$END': -55, 'AS': -55, 'COLON': -55, 'COMMA': -55, 'DOT': -55, 'ELSE': -55, 'FOR': -55, 'IF': -55, 'IN': -55, 'LBRACE': -55, 'LPAR': -55, 'LSQB': -55, 'MINUS': -55, 'NEWLINE': -55, 'NOT_IN': -55, 'OPERATOR': -55, 'RBRACE': -55, 'RPAR': -55, 'RSQB': -55},  # 81
    {'COLON': -61, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'RSQB': -17, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 112, 'item': 122, 'operation': 26},  # 82
    {'COLON': -61, 'COMMA': -61, 'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'RSQB': -61, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 123, 'expression': 124, 'operation': 26},  # 83
    {'LPAR': 33, 'NAME': 34, '_targets': 125, 'target': 28},  # 84
    {'FOR': 84, 'RSQB': 126, 'clause': 127},  # 85
    {'FOR': -4, 'RSQB': -4},  # 86
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 128, 'operation': 26},  # 87
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 129, 'operation': 26},  # 88
    {'$END': -98, 'NEWLINE': -98, 'RBRACE': -98},  # 89
    {'ARROW': -85, 'COLON': -85, 'EQUAL': -85, 'LPAR': 130, 'parameters': 131},  # 90
    {'ARROW': -85, 'COLON': -85, 'EQUAL': -85, 'LBRACE': -85, 'LPAR': 130, 'parameters': 132},  # 91
    {'$END': -18, 'AS': -18, 'COLON': -18, 'COMMA': -18, 'ELSE': -18, 'FOR': -18, 'IF': -18, 'IN': -18, 'LBRACE': -18, 'LSQB': -18, 'MINUS': -18, 'NEWLINE': -18, 'NOT_IN': -18, 'OPERATOR': -18, 'RBRACE': -18, 'RPAR': -18, 'RSQB': -18},  # 92
    {'$END': -18, 'AS': -18, 'COLON': -18, 'COMMA': -18, 'ELSE': -18, 'FOR': -18, 'IF': -18, 'IN': -18, 'LBRACE': -18, 'LSQB': -18, 'MINUS': -18, 'NEWLINE': -18, 'NOT_IN': -18, 'OPERATOR': -18, 'RBRACE': -18, 'RPAR': -18, 'RSQB': -18},  # 93
    {'$END': -78, 'AS': -78, 'COLON': -78, 'COMMA': -78, 'ELSE': -78, 'FOR': -78, 'IF': -78, 'IN': -78, 'LBRACE': -78, 'LSQB': 133, 'MINUS': -78, 'NEWLINE': -78, 'NOT_IN': -78, 'OPERATOR': -78, 'RBRACE': -78, 'RPAR': -78, 'RSQB': -78},  # 94
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 95
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 96
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 97
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 98
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 99
    {'$END': -37, 'NEWLINE': -37, 'RBRACE': -37},  # 100
    {'COMMA': -39, 'EQUAL': -39, 'IN': -39, 'RPAR': -39},  # 101
    {'$END': -40, 'COMMA': -40, 'NEWLINE': -40, 'RBRACE': -40, 'RPAR': -40, 'RSQB': -40},  # 102
    {'$END': -44, 'AS': -44, 'COLON': -44, 'COMMA': -44, 'DOT': -44, 'ELSE': -44, 'FOR': -44, 'IF': -44, 'IN': -44, 'LBRACE': -44, 'LPAR': -44, 'LSQB': -44, 'MINUS': -44, 'NEWLINE': -44, 'NOT_IN': -44, 'OPERATOR': -44, 'RBRACE': -44, 'RPAR': -44, 'RSQB': -44},  # 103
    {'$END': -44, 'AS': -44, 'COLON': -44, 'COMMA': -44, 'DOT': -44, 'ELSE': -44, 'FOR': -44, 'IF': -44, 'IN': -44, 'LBRACE': -44, 'LPAR': -44, 'LSQB': -44, 'MINUS': -44, 'NEWLINE': -44, 'NOT_IN': -44, 'OPERATOR': -44, 'RBRACE': -44, 'RPAR': -44, 'RSQB': -44},  # 104
    {'$END': -44, 'AS': -44, 'COLON': -44, 'COMMA': -44, 'DOT': -44, 'ELSE': -44, 'FOR': -44, 'IF': -44, 'IN': -44, 'LBRACE': -44, 'LPAR': -44, 'LSQB': -44, 'MINUS': -44, 'NEWLINE': -44, 'NOT_IN': -44, 'OPERATOR': -44, 'RBRACE': -44, 'RPAR': -44, 'RSQB': -44},  # 105
    {'AS': -51, 'COMMA': -51, 'DOT': -51, 'EQUAL': 66, 'IF': -51, 'IN': -51, 'LPAR': -51, 'LSQB': -51, 'MINUS': -51, 'NOT_IN': -51, 'OPERATOR': -51, 'RPAR': -51, '_value': 134},  # 106
    {'RPAR': 135},  # 107
    {'COMMA': 136, 'RPAR': -2},  # 108
    {'COMMA': -31, 'RPAR': -31},  # 109
    {'COMMA': -47, 'RPAR': -47},  # 110
    {'RSQB': 137},  # 111
    {'COLON': -62, 'COMMA': -74, 'RSQB': -74},  # 112
    {'ELSE': 138},  # 113
    {'RPAR': 139},  # 114
    {'LBRACE': 140},  # 115
    {'$END': -21, 'AS': -21, 'DOT': -21, 'IMPORT': -21, 'NEWLINE': -21, 'RBRACE': -21},  # 116
    {'$END': -41, 'AS': 76, 'COMMA': -41, 'NEWLINE': -41, 'RBRACE': -41, 'alias': 141},  # 117
    {'$END': -99, 'COMMA': 142, 'NEWLINE': -99, 'RBRACE': -99},  # 118
    {'$END': -14, 'COMMA': -14, 'NEWLINE': -14, 'RBRACE': -14},  # 119
    {'$END': -42, 'COMMA': -42, 'NEWLINE': -42, 'RBRACE': -42},  # 120
    {'COMMA': 65, 'RPAR': 143},  # 121
    {'COMMA': -34, 'RSQB': -34},  # 122
    {'COLON': 144, 'COMMA': -76, 'RSQB': -76},  # 123
    {'COLON': -62, 'COMMA': -62, 'RSQB': -62},  # 124
    {'COMMA': 65, 'IN': 145},  # 125
    {'$END': -57, 'AS': -57, 'COLON': -57, 'COMMA': -57, 'DOT': -57, 'ELSE': -57, 'FOR': -57, 'IF': -57, 'IN': -57, 'LBRACE': -57, 'LPAR': -57, 'LSQB': -57, 'MINUS': -57, 'NEWLINE': -57, 'NOT_IN': -57, 'OPERATOR': -57, 'RBRACE': -57, 'RPAR': -57, 'RSQB': -57},  # 126
    {'FOR': -5, 'RSQB': -5},  # 127
    {'$END': -11, 'COMMA': -11, 'NEWLINE': -11, 'RBRACE': -11},  # 128
    {'RSQB': 146},  # 129
    {'NAME': 147, 'RPAR': 148, '_parameters': 149, 'parameter': 150},  # 130
    {'ARROW': -70, 'COLON': 151, 'EQUAL': -70, 'inputs': 152},  # 131
    {'ARROW': -70, 'COLON': 151, 'EQUAL': -70, 'LBRACE': -70, 'inputs': 153},  # 132
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 154, 'operation': 26},  # 133
    {'COMMA': -48, 'RPAR': -48},  # 134
    {'$END': -45, 'AS': -45, 'COLON': -45, 'COMMA': -45, 'DOT': -45, 'ELSE': -45, 'FOR': -45, 'IF': -45, 'IN': -45, 'LBRACE': -45, 'LPAR': -45, 'LSQB': -45, 'MINUS': -45, 'NEWLINE': -45, 'NOT_IN': -45, 'OPERATOR': -45, 'RBRACE': -45, 'RPAR': -45, 'RSQB': -45},  # 135
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 106, 'NOT': 12, 'NUMBER': 13, 'RPAR': -3, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'argument': 155, 'atom': 23, 'expression': 110, 'operation': 26},  # 136
    {'$END': -46, 'AS': -46, 'COLON': -46, 'COMMA': -46, 'DOT': -46, 'ELSE': -46, 'FOR': -46, 'IF': -46, 'IN': -46, 'LBRACE': -46, 'LPAR': -46, 'LSQB': -46, 'MINUS': -46, 'NEWLINE': -46, 'NOT_IN': -46, 'OPERATOR': -46, 'RBRACE': -46, 'RPAR': -46, 'RSQB': -46},  # 137
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 156, 'operation': 26},  # 138
    {'$END': -100, 'NEWLINE': -100, 'RBRACE': -100},  # 139
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'EXTERN': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -35, 'NOT': 12, 'NUMBER': 13, 'RBRACE': -35, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 157, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 27, 'target': 28},  # 140
    {'$END': -69, 'COMMA': -69, 'NEWLINE': -69, 'RBRACE': -69},  # 141
    {'NAME': 117, 'imported': 158},  # 142
    {'COMMA': -105, 'EQUAL': -105, 'IN': -105, 'RPAR': -105},  # 143
    {'COMMA': -61, 'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'RSQB': -61, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 159, 'expression': 124, 'operation': 26},  # 144
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 160},  # 145
    {'EQUAL': 66, '_value': 161},  # 146
    {'COMMA': -83, 'EQUAL': 66, 'RPAR': -83, '_value': 162},  # 147
    {'ARROW': -86, 'COLON': -86, 'EQUAL': -86, 'LBRACE': -86},  # 148
    {'COMMA': 163, 'RPAR': 164},  # 149
    {'COMMA': -27, 'RPAR': -27},  # 150
    {'LPAR': 165, 'LSQB': 166, 'NAME': 167, '_ports': 168, 'port': 169, 'shape': 170},  # 151
    {'ARROW': 171, 'EQUAL': -81, 'outputs': 172},  # 152
    {'ARROW': 171, 'EQUAL': -81, 'LBRACE': -81, 'outputs': 173},  # 153
    {'RSQB': 174},  # 154
    {'COMMA': -32, 'RPAR': -32},  # 155
    {'$END': -66, 'COLON': -66, 'COMMA': -66, 'FOR': -66, 'LBRACE': -66, 'NEWLINE': -66, 'RBRACE': -66, 'RPAR': -66, 'RSQB': -66},  # 156
    {'NEWLINE': 64, 'RBRACE': 175},  # 157
    {'$END': -15, 'COMMA': -15, 'NEWLINE': -15, 'RBRACE': -15},  # 158
    {'COMMA': -77, 'RSQB': -77},  # 159
    {'FOR': -6, 'IF': -6, 'RSQB': -6, '_conditions': 176},  # 160
    {'$END': -101, 'NEWLINE': -101, 'RBRACE': -101},  # 161
    {'COMMA': -84, 'RPAR': -84},  # 162
    {'NAME': 147, 'RPAR': 177, 'parameter': 178},  # 163
    {'ARROW': -87, 'COLON': -87, 'EQUAL': -87, 'LBRACE': -87},  # 164
    {'RPAR': 179},  # 165
    {'COLON': -61, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'RSQB': 180, 'STRING': 16, '_items': 181, '_operand': 18, '_operation': 19, '_some_items': 46, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 112, 'item': 49, 'operation': 26},  # 166
    {'ARROW': -89, 'COMMA': -89, 'EQUAL': -89, 'LBRACE': -89, 'LSQB': 166, 'NAME': 182, 'dtype': 183, 'shape': 184},  # 167
    {'ARROW': -71, 'COMMA': 185, 'EQUAL': -71, 'LBRACE': -71},  # 168
    {'ARROW': -29, 'COMMA': -29, 'EQUAL': -29, 'LBRACE': -29},  # 169
    {'ARROW': -89, 'COMMA': -89, 'EQUAL': -89, 'LBRACE': -89, 'NAME': 182, 'dtype': 186},  # 170
    {'LSQB': 166, 'NAME': 167, '_ports': 187, 'port': 169, 'shape': 170},  # 171
    {'EQUAL': 66, '_value': 188},  # 172
    {'EQUAL': 66, 'LBRACE': 189, '_value': 190, 'body': 191},  # 173
    {'$END': -19, 'AS': -19, 'COLON': -19, 'COMMA': -19, 'ELSE': -19, 'FOR': -19, 'IF': -19, 'IN': -19, 'LBRACE': -19, 'LSQB': -19, 'MINUS': -19, 'NEWLINE': -19, 'NOT_IN': -19, 'OPERATOR': -19, 'RBRACE': -19, 'RPAR': -19, 'RSQB': -19},  # 174
    {'$END': -58, 'AS': -58, 'COLON': -58, 'COMMA': -58, 'DOT': -58, 'ELSE': -58, 'FOR': -58, 'IF': -58, 'IN': -58, 'LBRACE': -58, 'LPAR': -58, 'LSQB': -58, 'MINUS': -58, 'NEWLINE': -58, 'NOT_IN': -58, 'OPERATOR': -58, 'RBRACE': -58, 'RPAR': -58, 'RSQB': -58},  # 175
    {'FOR': -63, 'IF': 192, 'RSQB': -63},  # 176
    {'ARROW': -88, 'COLON': -88, 'EQUAL': -88, 'LBRACE': -88},  # 177
    {'COMMA': -28, 'RPAR': -28},  # 178
    {'ARROW': -72, 'EQUAL': -72, 'LBRACE': -72},  # 179
    {'ARROW': -92, 'COMMA': -92, 'EQUAL': -92, 'LBRACE': -92, 'NAME': -92},  # 180
    {'RSQB': 193},  # 181
    {'ARROW': -64, 'COMMA': -64, 'EQUAL': -64, 'LBRACE': -64},  # 182
    {'ARROW': -90, 'COMMA': -90, 'EQUAL': -90, 'LBRACE': -90},  # 183
    {'ARROW': -90, 'COMMA': -90, 'EQUAL': -90, 'LBRACE': -90, 'NAME': 182, 'dtype': 194},  # 184
    {'LSQB': 166, 'NAME': 167, 'port': 195, 'shape': 170},  # 185
    {'ARROW': -90, 'COMMA': -90, 'EQUAL': -90, 'LBRACE': -90},  # 186
    {'COMMA': 185, 'EQUAL': -82, 'LBRACE': -82},  # 187
    {'$END': -12, 'COMMA': -12, 'NEWLINE': -12, 'RBRACE': -12, '_facts': 196},  # 188
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'EXTERN': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -35, 'NOT': 12, 'NUMBER': 13, 'RBRACE': -35, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 197, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 27, 'target': 28},  # 189
    {'$END': -59, 'NEWLINE': -59, 'RBRACE': -59},  # 190
    {'$END': -102, 'NEWLINE': -102, 'RBRACE': -102},  # 191
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 198},  # 192
    {'ARROW': -93, 'COMMA': -93, 'EQUAL': -93, 'LBRACE': -93, 'NAME': -93},  # 193
    {'ARROW': -91, 'COMMA': -91, 'EQUAL': -91, 'LBRACE': -91},  # 194
    {'ARROW': -30, 'COMMA': -30, 'EQUAL': -30, 'LBRACE': -30},  # 195
    {'$END': -103, 'COMMA': 199, 'NEWLINE': -103, 'RBRACE': -103},  # 196
    {'NEWLINE': 64, 'RBRACE': 200},  # 197
    {'FOR': -7, 'IF': -7, 'RSQB': -7},  # 198
    {'NAME': 201, 'fact': 202},  # 199
    {'$END': -60, 'NEWLINE': -60, 'RBRACE': -60},  # 200
    {'EQUAL': 66, '_value': 203},  # 201
    {'$END': -13, 'COMMA': -13, 'NEWLINE': -13, 'RBRACE': -13},  # 202
    {'$END': -67, 'COMMA': -67, 'NEWLINE': -67, 'RBRACE': -67},  # 203
)
