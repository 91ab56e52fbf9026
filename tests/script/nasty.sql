-- a comment; with 'a quote
\restrict Ab1c
SET statement_timeout = 0;
SET check_function_bodies = false;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE SCHEMA "a;b";;
CREATE TABLE "a;b"."t'1" (id int PRIMARY KEY, "x;""y" text DEFAULT ';', z text) /* ; /* nested; */ ; */;
CREATE FUNCTION "a;b".f() RETURNS trigger LANGUAGE plpgsql AS $fn$
BEGIN
  NEW.z := $q$;$q$ || E'\';' || 'it''s;'; -- ; '
  RETURN NEW;
END;
$fn$;
CREATE FUNCTION "a;b".g(a int) RETURNS int LANGUAGE sql
BEGIN ATOMIC
  SELECT CASE WHEN a > 1 THEN CASE a WHEN 2 THEN 5 END ELSE 2 END;
  SELECT a + 1;
END;
CREATE OR REPLACE PROCEDURE "a;b".p(begin_x int, case_y int)
BEGIN ATOMIC
  INSERT INTO "a;b"."t'1" VALUES (begin_x, 'p');
END; CREATE TRIGGER tr BEFORE INSERT ON "a;b"."t'1" FOR EACH ROW EXECUTE FUNCTION "a;b".f();
CREATE TABLE "a;b".log (id int, note text);
CREATE RULE r AS ON DELETE TO "a;b"."t'1" DO ALSO (
  INSERT INTO "a;b".log VALUES (OLD.id, ';)');
  INSERT INTO "a;b".log VALUES (OLD.id, $$;($$);
);
COPY "a;b"."t'1" (id, "x;""y") FROM stdin;
1	a;b'
2	$$ /* "
3	back\\slash\n;
\.
INSERT INTO "a;b"."t'1" VALUES (4, 'a' -- ;
  ';b'), (5, E'c\';'), (6, U&'\0061;\005c');
CALL "a;b".p(10, 1); DELETE FROM "a;b"."t'1" WHERE id = 1; SELECT 1 AS "end;", 2 as end;-- end
\unrestrict Ab1c
SELECT relacl FROM pg_catalog.pg_class LIMIT 1