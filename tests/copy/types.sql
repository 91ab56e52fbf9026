CREATE TYPE mood AS ENUM ('a', 'it''s, "ok"');
CREATE TYPE pair AS (x int, m mood);
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE TABLE t (
  id int GENERATED ALWAYS AS IDENTITY, flag bool, i2 int2, i8 int8, f4 float4, f8 float8, n numeric(30, 10), n_free numeric,
  s text, v varchar(20), c char(5), one "char", nm name, b bytea, d date, t time, tz timetz, ts timestamp, tstz timestamptz,
  iv interval, u uuid, j json, jb jsonb, ip inet, mac macaddr, bits bit(3), vbits varbit, m money, x xml, ts_v tsvector,
  p point, r int4range, mr int8multirange, tr tstzrange, e mood, co pair, dom positive, oi oid, rc regtype, lsn pg_lsn,
  ai int[], at text[], ats timestamptz[], aj jsonb[], ae mood[], aco pair[], adom positive[], an numeric[], ab bytea[],
  af float8[], au uuid[], vec int2vector
);
CREATE TABLE "odd ""name/%" ("A b" int, "select" text, "q""uote" text, "$json_null?" int, "tab	and
line" text);
CREATE TABLE one (s text);
CREATE TABLE nothing (id int PRIMARY KEY, j jsonb DEFAULT '{}');
-- rows
INSERT INTO t OVERRIDING SYSTEM VALUE VALUES
  (7, true, -32768, 9223372036854775807, 1.1, 0.1 + 0.2::float8, 12345678901234567890.0123456789, 1.50,
   E'\\N \\. "q" \t\r\n, ünï \u4e2d \\', '', 'ab', 'x', 'nm', '\x00ff5c0a', '0044-03-15 BC', '24:00', '01:02:03.5+02',
   '2020-01-01 00:00:00.123456', '2020-01-01 00:00:00.123456+02', '1 mon -2 days 03:04:05.6',
   '00000000-0000-0000-0000-000000000001', '{"b": 1, "a": [1.50, null], "a": "x\u00fc"}', '{"n": 1.50, "z": null}',
   '10.0.0.0/8', '08:00:2b:01:02:03', '101', '1', '12.34', '<a>ü</a>', '''a b'':1 c:2A', '(1.5,-2)', '[1,5)',
   '{[1,3),[5,7)}', '["2020-01-01",infinity)', 'it''s, "ok"', (1, 'a'), 5, 4294967295, 'integer', '16/B374D848',
   '{{1,NULL},{3,4}}', '{"a,b",NULL,"NULL","","{x}","q\"\\"}', '{"2020-01-01 00:00:00+02",infinity}',
   '{"null","{\"a\": 1}",NULL}', '{a,NULL,"it''s, \"ok\""}', ARRAY[(1, 'a')::pair, NULL], '{1,2}', '{1.50,NaN,Infinity}',
   '{"\\x00ff","\\x"}', '{NaN,-0,-Infinity,1e300}', '{00000000-0000-0000-0000-000000000002}', '1 2 3'),
  (8, false, 0, -9223372036854775808, 'NaN', '-0', 'NaN', 'Infinity', '', ' ', '', '', '', '', 'infinity', '00:00',
   '00:00+00', 'infinity', '-infinity', '00:00:00', NULL, 'null', 'null', NULL, NULL, '000', '', '-0.01', '', '', NULL,
   'empty', '{}', 'empty', 'a', (NULL, NULL), NULL, 0, NULL, NULL, '{}', '{}', NULL, '{}', '{}', '{}', NULL, '{}', '{}',
   '{}', '{}', ''),
  (9, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (10, true, 1, 1, 3.4028235e38, 5e-324, 0, 0.00, E'a\n\\.\nb', E'\\.', ' a', 'ü'::"char", 'ü', '\x', '9999-12-31',
   '00:00:00.000001', '00:00-15:59', '4713-01-01 BC', '4713-01-02 00:00+00 BC', '-1 year', NULL, '"null"', '"x"', '::1',
   NULL, '111', '111', '0', NULL, NULL, NULL, '(,)', NULL, NULL, NULL, (1, NULL), 1, NULL, NULL, NULL,
   '[2:3]={1,2}', '[0:1][2:3]={{a,b},{c,d}}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO "odd ""name/%" VALUES (1, 'x', '\.', 2, E'\t'), (NULL, NULL, '', NULL, '""');
INSERT INTO one VALUES (''), (NULL), (E'\\.'), (E'\\N'), (' '), (','), ('"'), (E'\n');
INSERT INTO nothing VALUES (1, NULL), (2, NULL);
