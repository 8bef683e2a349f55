"""The tables of net.lark, written by write_tables.py: change net.lark and run `make tables`.

A state maps what comes next to the state that it leads to, or (below zero) to a reduction:
how many values it takes, its rule, the method of tree_builder.py, whether its values go to its
parent.
"""

# ruff: noqa: E501
# fmt: off
MADE_OF = 1057388811
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
    (1, 'item', 'ellipsis', False),  # -72
    (1, 'item', None, False),  # -73
    (2, 'item', 'setting', False),  # -74
    (3, 'item', 'slice', False),  # -75
    (5, 'item', 'slice', False),  # -76
    (1, 'label', 'label', False),  # -77
    (1, 'module', 'module', False),  # -78
    (1, 'operation', 'operation', False),  # -79
    (0, 'outputs', 'outputs', False),  # -80
    (2, 'outputs', 'outputs', False),  # -81
    (1, 'parameter', 'parameter', False),  # -82
    (2, 'parameter', 'parameter', False),  # -83
    (0, 'parameters', 'parameters', False),  # -84
    (2, 'parameters', 'parameters', False),  # -85
    (3, 'parameters', 'parameters', False),  # -86
    (4, 'parameters', 'parameters', False),  # -87
    (1, 'port', 'port', False),  # -88
    (2, 'port', 'port', False),  # -89
    (3, 'port', 'port', False),  # -90
    (2, 'shape', 'shape', False),  # -91
    (3, 'shape', 'shape', False),  # -92
    (1, 'statement', 'evaluation', False),  # -93
    (2, 'statement', 'assignment', False),  # -94
    (2, 'statement', 'require', False),  # -95
    (3, 'statement', 'import_', False),  # -96
    (3, 'statement', 'share', False),  # -97
    (4, 'statement', 'from_import', False),  # -98
    (5, 'statement', 'default', False),  # -99
    (7, 'statement', 'block', False),  # -100
    (8, 'statement', 'extern', False),  # -101
    (1, 'target', 'name', False),  # -102
    (5, 'target', 'names', False),  # -103
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
    {'$END': -51, 'AS': -51, 'COMMA': -102, 'DOT': -51, 'EQUAL': -102, 'IF': -51, 'IN': -51, 'LPAR': -51, 'LSQB': -51, 'MINUS': -51, 'NEWLINE': -51, 'NOT_IN': -51, 'OPERATOR': -51, 'RBRACE': -51, 'RPAR': -51},  # 11
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 51, 'applied': 22, 'atom': 23},  # 12
    {'$END': -52, 'AS': -52, 'COLON': -52, 'COMMA': -52, 'DOT': -52, 'ELSE': -52, 'FOR': -52, 'IF': -52, 'IN': -52, 'LBRACE': -52, 'LPAR': -52, 'LSQB': -52, 'MINUS': -52, 'NEWLINE': -52, 'NOT_IN': -52, 'OPERATOR': -52, 'RBRACE': -52, 'RPAR': -52, 'RSQB': -52},  # 13
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_expressions': 52, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 53, 'operation': 26},  # 14
    {'NAME': 54},  # 15
    {'$END': -53, 'AS': -53, 'COLON': -53, 'COMMA': -53, 'DOT': -53, 'ELSE': -53, 'FOR': -53, 'IF': -53, 'IN': -53, 'LBRACE': -53, 'LPAR': -53, 'LSQB': -53, 'MINUS': -53, 'NEWLINE': -53, 'NOT_IN': -53, 'OPERATOR': -53, 'RBRACE': -53, 'RPAR': -53, 'RSQB': -53},  # 16
    {'DOC': 55, 'EXTERN': 56, 'KIND': 57},  # 17
    {'$END': -25, 'AS': -25, 'COLON': -25, 'COMMA': -25, 'ELSE': -25, 'FOR': -25, 'IF': -25, 'IN': -25, 'LBRACE': -25, 'MINUS': -25, 'NEWLINE': -25, 'NOT_IN': -25, 'OPERATOR': -25, 'RBRACE': -25, 'RPAR': -25, 'RSQB': -25},  # 18
    {'$END': -79, 'AS': 58, 'COLON': -79, 'COMMA': -79, 'ELSE': -79, 'FOR': -79, 'IF': -79, 'IN': 59, 'LBRACE': -79, 'MINUS': 60, 'NEWLINE': -79, 'NOT_IN': 61, 'OPERATOR': 62, 'RBRACE': -79, 'RPAR': -79, 'RSQB': -79, '_more': 63},  # 19
    {'$END': -68, 'NEWLINE': 64},  # 20
    {'COMMA': 65, 'EQUAL': 66, '_value': 67},  # 21
    {'$END': -23, 'AS': -23, 'COLON': -23, 'COMMA': -23, 'DOT': 68, 'ELSE': -23, 'FOR': -23, 'IF': -23, 'IN': -23, 'LBRACE': -23, 'LPAR': 69, 'LSQB': 70, 'MINUS': -23, 'NEWLINE': -23, 'NOT_IN': -23, 'OPERATOR': -23, 'RBRACE': -23, 'RPAR': -23, 'RSQB': -23},  # 22
    {'$END': -43, 'AS': -43, 'COLON': -43, 'COMMA': -43, 'DOT': -43, 'ELSE': -43, 'FOR': -43, 'IF': -43, 'IN': -43, 'LBRACE': -43, 'LPAR': -43, 'LSQB': -43, 'MINUS': -43, 'NEWLINE': -43, 'NOT_IN': -43, 'OPERATOR': -43, 'RBRACE': -43, 'RPAR': -43, 'RSQB': -43},  # 23
    {'$END': -93, 'NEWLINE': -93, 'RBRACE': -93},  # 24
    {},  # 25
    {'$END': -65, 'COLON': -65, 'COMMA': -65, 'FOR': -65, 'IF': 71, 'LBRACE': -65, 'NEWLINE': -65, 'RBRACE': -65, 'RPAR': -65, 'RSQB': -65},  # 26
    {'$END': -36, 'NEWLINE': -36, 'RBRACE': -36},  # 27
    {'COMMA': -38, 'EQUAL': -38, 'IN': -38, 'RPAR': -38},  # 28
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 40, 'operation': 26},  # 29
    {'$END': -51, 'AS': -51, 'COLON': -51, 'COMMA': -51, 'DOT': -51, 'ELSE': -51, 'FOR': -51, 'IF': -51, 'IN': -51, 'LBRACE': -51, 'LPAR': -51, 'LSQB': -51, 'MINUS': -51, 'NEWLINE': -51, 'NOT_IN': -51, 'OPERATOR': -51, 'RBRACE': -51, 'RPAR': -51, 'RSQB': -51},  # 30
    {},  # 31
    {'LPAR': 72},  # 32
    {'LPAR': 33, 'NAME': 34, 'target': 41},  # 33
    {'COMMA': -102, 'EQUAL': -102, 'IN': -102, 'RPAR': -102},  # 34
    {'COMMA': 65, 'IN': 73},  # 35
    {'$END': -20, 'AS': -20, 'DOT': -20, 'IMPORT': -20, 'NEWLINE': -20, 'RBRACE': -20},  # 36
    {'$END': -78, 'AS': -78, 'DOT': 74, 'IMPORT': -78, 'NEWLINE': -78, 'RBRACE': -78},  # 37
    {'IMPORT': 75},  # 38
    {'$END': -41, 'AS': 76, 'NEWLINE': -41, 'RBRACE': -41, 'alias': 77},  # 39
    {'RPAR': 78},  # 40
    {'COMMA': 79},  # 41
    {'COMMA': -72, 'RSQB': -72},  # 42
    {'AS': -51, 'COLON': -51, 'COMMA': -51, 'DOT': -51, 'EQUAL': 66, 'FOR': -51, 'IF': -51, 'IN': -51, 'LPAR': -51, 'LSQB': -51, 'MINUS': -51, 'NOT_IN': -51, 'OPERATOR': -51, 'RSQB': -51, '_value': 80},  # 43
    {'$END': -54, 'AS': -54, 'COLON': -54, 'COMMA': -54, 'DOT': -54, 'ELSE': -54, 'FOR': -54, 'IF': -54, 'IN': -54, 'LBRACE': -54, 'LPAR': -54, 'LSQB': -54, 'MINUS': -54, 'NEWLINE': -54, 'NOT_IN': -54, 'OPERATOR': -54, 'RBRACE': -54, 'RPAR': -54, 'RSQB': -54},  # 44
    {'RSQB': 81},  # 45
    {'COMMA': 82, 'RSQB': -16},  # 46
    {'COLON': 83},  # 47
    {'COLON': -62, 'COMMA': -73, 'FOR': 84, 'RSQB': -73, '_clauses': 85, 'clause': 86},  # 48
    {'COMMA': -33, 'RSQB': -33},  # 49
    {'$END': -24, 'AS': -24, 'COLON': -24, 'COMMA': -24, 'ELSE': -24, 'FOR': -24, 'IF': -24, 'IN': -24, 'LBRACE': -24, 'MINUS': -24, 'NEWLINE': -24, 'NOT_IN': -24, 'OPERATOR': -24, 'RBRACE': -24, 'RPAR': -24, 'RSQB': -24},  # 50
    {'$END': -24, 'AS': -24, 'COLON': -24, 'COMMA': -24, 'ELSE': -24, 'FOR': -24, 'IF': -24, 'IN': -24, 'LBRACE': -24, 'MINUS': -24, 'NEWLINE': -24, 'NOT_IN': -24, 'OPERATOR': -24, 'RBRACE': -24, 'RPAR': -24, 'RSQB': -24},  # 51
    {'$END': -95, 'COMMA': 87, 'NEWLINE': -95, 'RBRACE': -95},  # 52
    {'$END': -10, 'COMMA': -10, 'NEWLINE': -10, 'RBRACE': -10},  # 53
    {'EQUAL': 66, '_value': 88},  # 54
    {'DOC': -9, 'EXTERN': -9, 'KIND': -9},  # 55
    {'NAME': 89},  # 56
    {'NAME': 90},  # 57
    {'NAME': 91, 'STRING': 92, '_label': 93, 'label': 94},  # 58
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 95, 'applied': 22, 'atom': 23},  # 59
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 96, 'applied': 22, 'atom': 23},  # 60
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 97, 'applied': 22, 'atom': 23},  # 61
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 98, 'applied': 22, 'atom': 23},  # 62
    {'$END': -26, 'AS': -26, 'COLON': -26, 'COMMA': -26, 'ELSE': -26, 'FOR': -26, 'IF': -26, 'IN': -26, 'LBRACE': -26, 'MINUS': -26, 'NEWLINE': -26, 'NOT_IN': -26, 'OPERATOR': -26, 'RBRACE': -26, 'RPAR': -26, 'RSQB': -26},  # 63
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'EXTERN': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NOT': 12, 'NUMBER': 13, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 99, 'target': 28},  # 64
    {'LPAR': 33, 'NAME': 34, 'target': 100},  # 65
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 101, 'operation': 26},  # 66
    {'$END': -94, 'NEWLINE': -94, 'RBRACE': -94},  # 67
    {'NAME': 102, 'POSITION': 103, 'STRING': 104},  # 68
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 105, 'NOT': 12, 'NUMBER': 13, 'RPAR': -1, 'STRING': 16, '_arguments': 106, '_operand': 18, '_operation': 19, '_some_arguments': 107, 'applied': 22, 'argument': 108, 'atom': 23, 'expression': 109, 'operation': 26},  # 69
    {'COLON': -61, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_items': 110, '_operand': 18, '_operation': 19, '_some_items': 46, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 111, 'item': 49, 'operation': 26},  # 70
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 112},  # 71
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 105, 'NOT': 12, 'NUMBER': 13, 'RPAR': -1, 'STRING': 16, '_arguments': 113, '_operand': 18, '_operation': 19, '_some_arguments': 107, 'applied': 22, 'argument': 108, 'atom': 23, 'expression': 109, 'operation': 26},  # 72
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 114, 'operation': 26},  # 73
    {'NAME': 115},  # 74
    {'NAME': 116, '_imported': 117, 'imported': 118},  # 75
    {'NAME': 119},  # 76
    {'$END': -96, 'NEWLINE': -96, 'RBRACE': -96},  # 77
    {'$END': -56, 'AS': -56, 'COLON': -56, 'COMMA': -56, 'DOT': -56, 'ELSE': -56, 'FOR': -56, 'IF': -56, 'IN': -56, 'LBRACE': -56, 'LPAR': -56, 'LSQB': -56, 'MINUS': -56, 'NEWLINE': -56, 'NOT_IN': -56, 'OPERATOR': -56, 'RBRACE': -56, 'RPAR': -56, 'RSQB': -56},  # 78
    {'LPAR': 33, 'NAME': 34, '_targets': 120, 'target': 28},  # 79
    {'COMMA': -74, 'RSQB': -74},  # 80
    {'$END': -55, 'AS': -55, 'COLON': -55, 'COMMA': -55, 'DOT': -55, 'ELSE': -55, 'FOR': -55, 'IF': -55, 'IN': -55, 'LBRACE': -55, 'LPAR': -55, 'LSQB': -55, 'MINUS': -55, 'NEWLINE': -55, 'NOT_IN': -55, 'OPERATOR': -55, 'RBRACE': -55, 'RPAR': -55, 'RSQB': -55},  # 81
    {'COLON': -61, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'RSQB': -17, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 111, 'item': 121, 'operation': 26},  # 82
    {'COLON': -61, 'COMMA': -61, 'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'RSQB': -61, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 122, 'expression': 123, 'operation': 26},  # 83
    {'LPAR': 33, 'NAME': 34, '_targets': 124, 'target': 28},  # 84
    {'FOR': 84, 'RSQB': 125, 'clause': 126},  # 85
    {'FOR': -4, 'RSQB': -4},  # 86
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 127, 'operation': 26},  # 87
    {'$END': -97, 'NEWLINE': -97, 'RBRACE': -97},  # 88
    {'ARROW': -84, 'COLON': -84, 'EQUAL': -84, 'LPAR': 128, 'parameters': 129},  # 89
    {'ARROW': -84, 'COLON': -84, 'EQUAL': -84, 'LBRACE': -84, 'LPAR': 128, 'parameters': 130},  # 90
    {'$END': -18, 'AS': -18, 'COLON': -18, 'COMMA': -18, 'ELSE': -18, 'FOR': -18, 'IF': -18, 'IN': -18, 'LBRACE': -18, 'LSQB': -18, 'MINUS': -18, 'NEWLINE': -18, 'NOT_IN': -18, 'OPERATOR': -18, 'RBRACE': -18, 'RPAR': -18, 'RSQB': -18},  # 91
    {'$END': -18, 'AS': -18, 'COLON': -18, 'COMMA': -18, 'ELSE': -18, 'FOR': -18, 'IF': -18, 'IN': -18, 'LBRACE': -18, 'LSQB': -18, 'MINUS': -18, 'NEWLINE': -18, 'NOT_IN': -18, 'OPERATOR': -18, 'RBRACE': -18, 'RPAR': -18, 'RSQB': -18},  # 92
    {'$END': -77, 'AS': -77, 'COLON': -77, 'COMMA': -77, 'ELSE': -77, 'FOR': -77, 'IF': -77, 'IN': -77, 'LBRACE': -77, 'LSQB': 131, 'MINUS': -77, 'NEWLINE': -77, 'NOT_IN': -77, 'OPERATOR': -77, 'RBRACE': -77, 'RPAR': -77, 'RSQB': -77},  # 93
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 94
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 95
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 96
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 97
    {'$END': -22, 'AS': -22, 'COLON': -22, 'COMMA': -22, 'ELSE': -22, 'FOR': -22, 'IF': -22, 'IN': -22, 'LBRACE': -22, 'MINUS': -22, 'NEWLINE': -22, 'NOT_IN': -22, 'OPERATOR': -22, 'RBRACE': -22, 'RPAR': -22, 'RSQB': -22},  # 98
    {'$END': -37, 'NEWLINE': -37, 'RBRACE': -37},  # 99
    {'COMMA': -39, 'EQUAL': -39, 'IN': -39, 'RPAR': -39},  # 100
    {'$END': -40, 'COMMA': -40, 'NEWLINE': -40, 'RBRACE': -40, 'RPAR': -40, 'RSQB': -40},  # 101
    {'$END': -44, 'AS': -44, 'COLON': -44, 'COMMA': -44, 'DOT': -44, 'ELSE': -44, 'FOR': -44, 'IF': -44, 'IN': -44, 'LBRACE': -44, 'LPAR': -44, 'LSQB': -44, 'MINUS': -44, 'NEWLINE': -44, 'NOT_IN': -44, 'OPERATOR': -44, 'RBRACE': -44, 'RPAR': -44, 'RSQB': -44},  # 102
    {'$END': -44, 'AS': -44, 'COLON': -44, 'COMMA': -44, 'DOT': -44, 'ELSE': -44, 'FOR': -44, 'IF': -44, 'IN': -44, 'LBRACE': -44, 'LPAR': -44, 'LSQB': -44, 'MINUS': -44, 'NEWLINE': -44, 'NOT_IN': -44, 'OPERATOR': -44, 'RBRACE': -44, 'RPAR': -44, 'RSQB': -44},  # 103
    {'$END': -44, 'AS': -44, 'COLON': -44, 'COMMA': -44, 'DOT': -44, 'ELSE': -44, 'FOR': -44, 'IF': -44, 'IN': -44, 'LBRACE': -44, 'LPAR': -44, 'LSQB': -44, 'MINUS': -44, 'NEWLINE': -44, 'NOT_IN': -44, 'OPERATOR': -44, 'RBRACE': -44, 'RPAR': -44, 'RSQB': -44},  # 104
    {'AS': -51, 'COMMA': -51, 'DOT': -51, 'EQUAL': 66, 'IF': -51, 'IN': -51, 'LPAR': -51, 'LSQB': -51, 'MINUS': -51, 'NOT_IN': -51, 'OPERATOR': -51, 'RPAR': -51, '_value': 132},  # 105
    {'RPAR': 133},  # 106
    {'COMMA': 134, 'RPAR': -2},  # 107
    {'COMMA': -31, 'RPAR': -31},  # 108
    {'COMMA': -47, 'RPAR': -47},  # 109
    {'RSQB': 135},  # 110
    {'COLON': -62, 'COMMA': -73, 'RSQB': -73},  # 111
    {'ELSE': 136},  # 112
    {'RPAR': 137},  # 113
    {'LBRACE': 138},  # 114
    {'$END': -21, 'AS': -21, 'DOT': -21, 'IMPORT': -21, 'NEWLINE': -21, 'RBRACE': -21},  # 115
    {'$END': -41, 'AS': 76, 'COMMA': -41, 'NEWLINE': -41, 'RBRACE': -41, 'alias': 139},  # 116
    {'$END': -98, 'COMMA': 140, 'NEWLINE': -98, 'RBRACE': -98},  # 117
    {'$END': -14, 'COMMA': -14, 'NEWLINE': -14, 'RBRACE': -14},  # 118
    {'$END': -42, 'COMMA': -42, 'NEWLINE': -42, 'RBRACE': -42},  # 119
    {'COMMA': 65, 'RPAR': 141},  # 120
    {'COMMA': -34, 'RSQB': -34},  # 121
    {'COLON': 142, 'COMMA': -75, 'RSQB': -75},  # 122
    {'COLON': -62, 'COMMA': -62, 'RSQB': -62},  # 123
    {'COMMA': 65, 'IN': 143},  # 124
    {'$END': -57, 'AS': -57, 'COLON': -57, 'COMMA': -57, 'DOT': -57, 'ELSE': -57, 'FOR': -57, 'IF': -57, 'IN': -57, 'LBRACE': -57, 'LPAR': -57, 'LSQB': -57, 'MINUS': -57, 'NEWLINE': -57, 'NOT_IN': -57, 'OPERATOR': -57, 'RBRACE': -57, 'RPAR': -57, 'RSQB': -57},  # 125
    {'FOR': -5, 'RSQB': -5},  # 126
    {'$END': -11, 'COMMA': -11, 'NEWLINE': -11, 'RBRACE': -11},  # 127
    {'NAME': 144, 'RPAR': 145, '_parameters': 146, 'parameter': 147},  # 128
    {'ARROW': -70, 'COLON': 148, 'EQUAL': -70, 'inputs': 149},  # 129
    {'ARROW': -70, 'COLON': 148, 'EQUAL': -70, 'LBRACE': -70, 'inputs': 150},  # 130
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 151, 'operation': 26},  # 131
    {'COMMA': -48, 'RPAR': -48},  # 132
    {'$END': -45, 'AS': -45, 'COLON': -45, 'COMMA': -45, 'DOT': -45, 'ELSE': -45, 'FOR': -45, 'IF': -45, 'IN': -45, 'LBRACE': -45, 'LPAR': -45, 'LSQB': -45, 'MINUS': -45, 'NEWLINE': -45, 'NOT_IN': -45, 'OPERATOR': -45, 'RBRACE': -45, 'RPAR': -45, 'RSQB': -45},  # 133
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 105, 'NOT': 12, 'NUMBER': 13, 'RPAR': -3, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'argument': 152, 'atom': 23, 'expression': 109, 'operation': 26},  # 134
    {'$END': -46, 'AS': -46, 'COLON': -46, 'COMMA': -46, 'DOT': -46, 'ELSE': -46, 'FOR': -46, 'IF': -46, 'IN': -46, 'LBRACE': -46, 'LPAR': -46, 'LSQB': -46, 'MINUS': -46, 'NEWLINE': -46, 'NOT_IN': -46, 'OPERATOR': -46, 'RBRACE': -46, 'RPAR': -46, 'RSQB': -46},  # 135
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'expression': 153, 'operation': 26},  # 136
    {'$END': -99, 'NEWLINE': -99, 'RBRACE': -99},  # 137
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'EXTERN': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -35, 'NOT': 12, 'NUMBER': 13, 'RBRACE': -35, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 154, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 27, 'target': 28},  # 138
    {'$END': -69, 'COMMA': -69, 'NEWLINE': -69, 'RBRACE': -69},  # 139
    {'NAME': 116, 'imported': 155},  # 140
    {'COMMA': -103, 'EQUAL': -103, 'IN': -103, 'RPAR': -103},  # 141
    {'COMMA': -61, 'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'RSQB': -61, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'bound': 156, 'expression': 123, 'operation': 26},  # 142
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 157},  # 143
    {'COMMA': -82, 'EQUAL': 66, 'RPAR': -82, '_value': 158},  # 144
    {'ARROW': -85, 'COLON': -85, 'EQUAL': -85, 'LBRACE': -85},  # 145
    {'COMMA': 159, 'RPAR': 160},  # 146
    {'COMMA': -27, 'RPAR': -27},  # 147
    {'LSQB': 161, 'NAME': 162, '_ports': 163, 'port': 164, 'shape': 165},  # 148
    {'ARROW': 166, 'EQUAL': -80, 'outputs': 167},  # 149
    {'ARROW': 166, 'EQUAL': -80, 'LBRACE': -80, 'outputs': 168},  # 150
    {'RSQB': 169},  # 151
    {'COMMA': -32, 'RPAR': -32},  # 152
    {'$END': -66, 'COLON': -66, 'COMMA': -66, 'FOR': -66, 'LBRACE': -66, 'NEWLINE': -66, 'RBRACE': -66, 'RPAR': -66, 'RSQB': -66},  # 153
    {'NEWLINE': 64, 'RBRACE': 170},  # 154
    {'$END': -15, 'COMMA': -15, 'NEWLINE': -15, 'RBRACE': -15},  # 155
    {'COMMA': -76, 'RSQB': -76},  # 156
    {'FOR': -6, 'IF': -6, 'RSQB': -6, '_conditions': 171},  # 157
    {'COMMA': -83, 'RPAR': -83},  # 158
    {'NAME': 144, 'RPAR': 172, 'parameter': 173},  # 159
    {'ARROW': -86, 'COLON': -86, 'EQUAL': -86, 'LBRACE': -86},  # 160
    {'COLON': -61, 'CONSTANT': 2, 'DIMS': 4, 'ELLIPSIS': 42, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 43, 'NOT': 12, 'NUMBER': 13, 'RSQB': 174, 'STRING': 16, '_items': 175, '_operand': 18, '_operation': 19, '_some_items': 46, 'applied': 22, 'atom': 23, 'bound': 47, 'expression': 111, 'item': 49, 'operation': 26},  # 161
    {'ARROW': -88, 'COMMA': -88, 'EQUAL': -88, 'LBRACE': -88, 'LSQB': 161, 'NAME': 176, 'dtype': 177, 'shape': 178},  # 162
    {'ARROW': -71, 'COMMA': 179, 'EQUAL': -71, 'LBRACE': -71},  # 163
    {'ARROW': -29, 'COMMA': -29, 'EQUAL': -29, 'LBRACE': -29},  # 164
    {'ARROW': -88, 'COMMA': -88, 'EQUAL': -88, 'LBRACE': -88, 'NAME': 176, 'dtype': 180},  # 165
    {'LSQB': 161, 'NAME': 162, '_ports': 181, 'port': 164, 'shape': 165},  # 166
    {'EQUAL': 66, '_value': 182},  # 167
    {'EQUAL': 66, 'LBRACE': 183, '_value': 184, 'body': 185},  # 168
    {'$END': -19, 'AS': -19, 'COLON': -19, 'COMMA': -19, 'ELSE': -19, 'FOR': -19, 'IF': -19, 'IN': -19, 'LBRACE': -19, 'LSQB': -19, 'MINUS': -19, 'NEWLINE': -19, 'NOT_IN': -19, 'OPERATOR': -19, 'RBRACE': -19, 'RPAR': -19, 'RSQB': -19},  # 169
    {'$END': -58, 'AS': -58, 'COLON': -58, 'COMMA': -58, 'DOT': -58, 'ELSE': -58, 'FOR': -58, 'IF': -58, 'IN': -58, 'LBRACE': -58, 'LPAR': -58, 'LSQB': -58, 'MINUS': -58, 'NEWLINE': -58, 'NOT_IN': -58, 'OPERATOR': -58, 'RBRACE': -58, 'RPAR': -58, 'RSQB': -58},  # 170
    {'FOR': -63, 'IF': 186, 'RSQB': -63},  # 171
    {'ARROW': -87, 'COLON': -87, 'EQUAL': -87, 'LBRACE': -87},  # 172
    {'COMMA': -28, 'RPAR': -28},  # 173
    {'ARROW': -91, 'COMMA': -91, 'EQUAL': -91, 'LBRACE': -91, 'NAME': -91},  # 174
    {'RSQB': 187},  # 175
    {'ARROW': -64, 'COMMA': -64, 'EQUAL': -64, 'LBRACE': -64},  # 176
    {'ARROW': -89, 'COMMA': -89, 'EQUAL': -89, 'LBRACE': -89},  # 177
    {'ARROW': -89, 'COMMA': -89, 'EQUAL': -89, 'LBRACE': -89, 'NAME': 176, 'dtype': 188},  # 178
    {'LSQB': 161, 'NAME': 162, 'port': 189, 'shape': 165},  # 179
    {'ARROW': -89, 'COMMA': -89, 'EQUAL': -89, 'LBRACE': -89},  # 180
    {'COMMA': 179, 'EQUAL': -81, 'LBRACE': -81},  # 181
    {'$END': -12, 'COMMA': -12, 'NEWLINE': -12, 'RBRACE': -12, '_facts': 190},  # 182
    {'CONSTANT': 2, 'DEFAULT': 3, 'DIMS': 4, 'DOC': -8, 'EXTERN': -8, 'FOR': 5, 'FROM': 6, 'IMPORT': 7, 'KIND': -8, 'LPAR': 8, 'LSQB': 9, 'MINUS': 10, 'NAME': 11, 'NEWLINE': -35, 'NOT': 12, 'NUMBER': 13, 'RBRACE': -35, 'REQUIRE': 14, 'SHARE': 15, 'STRING': 16, '_documentation': 17, '_operand': 18, '_operation': 19, '_statements': 191, '_targets': 21, 'applied': 22, 'atom': 23, 'expression': 24, 'operation': 26, 'statement': 27, 'target': 28},  # 183
    {'$END': -59, 'NEWLINE': -59, 'RBRACE': -59},  # 184
    {'$END': -100, 'NEWLINE': -100, 'RBRACE': -100},  # 185
    {'CONSTANT': 2, 'DIMS': 4, 'FOR': 5, 'LPAR': 29, 'LSQB': 9, 'MINUS': 10, 'NAME': 30, 'NOT': 12, 'NUMBER': 13, 'STRING': 16, '_operand': 18, '_operation': 19, 'applied': 22, 'atom': 23, 'operation': 192},  # 186
    {'ARROW': -92, 'COMMA': -92, 'EQUAL': -92, 'LBRACE': -92, 'NAME': -92},  # 187
    {'ARROW': -90, 'COMMA': -90, 'EQUAL': -90, 'LBRACE': -90},  # 188
    {'ARROW': -30, 'COMMA': -30, 'EQUAL': -30, 'LBRACE': -30},  # 189
    {'$END': -101, 'COMMA': 193, 'NEWLINE': -101, 'RBRACE': -101},  # 190
    {'NEWLINE': 64, 'RBRACE': 194},  # 191
    {'FOR': -7, 'IF': -7, 'RSQB': -7},  # 192
    {'NAME': 195, 'fact': 196},  # 193
    {'$END': -60, 'NEWLINE': -60, 'RBRACE': -60},  # 194
    {'EQUAL': 66, '_value': 197},  # 195
    {'$END': -13, 'COMMA': -13, 'NEWLINE': -13, 'RBRACE': -13},  # 196
    {'$END': -67, 'COMMA': -67, 'NEWLINE': -67, 'RBRACE': -67},  # 197
)
