INSERT INTO parent (name, w, j) SELECT 'n' || g, g + 0.10, '{"a": 1}' FROM generate_series(1, 300) g;
UPDATE parent SET up = id + 1 WHERE id < 300;
INSERT INTO child (parent_id, note) SELECT 1 + g % 300, E'x\t\\.\n' || g FROM generate_series(1, 2000) g;
INSERT INTO "We ird" VALUES (1, 'x', '\.'), (2, NULL, '');
INSERT INTO audit.log VALUES (1, 'z');
INSERT INTO nocols DEFAULT VALUES;
INSERT INTO nocols DEFAULT VALUES;
INSERT INTO computed DEFAULT VALUES;
INSERT INTO types VALUES
  ('00000000-0000-0000-0000-000000000001', 'a', '{a,b,NULL}', (1, 'b'), ARRAY[(1, 'a')::pair], 5, '{1,2}', '[1,5)',
   '\x00ff5c', '2020-01-01 00:00:00.123456+02', '1 mon -2 days 03:04:05.6', '12.34', 'parent', '<a>ü</a>', 1.50, '-0'),
  ('00000000-0000-0000-0000-000000000002', NULL, NULL, NULL, NULL, NULL, NULL, 'empty', NULL, 'infinity', NULL, NULL,
   NULL, NULL, 'NaN', 'NaN');
INSERT INTO ev SELECT g, date '2020-06-01' + g, 'v' FROM generate_series(1, 500) g;
INSERT INTO inh_parent VALUES (1, 'p');
INSERT INTO inh_child VALUES (2, 'c', 'e');
INSERT INTO counts_down SELECT nextval('down') FROM generate_series(1, 5);
INSERT INTO scaled VALUES (1.0, 'one'), (2.00, 'two');
INSERT INTO unlogged VALUES (1);
