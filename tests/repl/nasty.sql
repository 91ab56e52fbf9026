-- One of everything that `\d` has to say something about. Runs on every server from 12 on; what newer ones have
-- besides stands in nasty_18.sql.
CREATE SCHEMA "We ird";
CREATE SCHEMA audit;
COMMENT ON SCHEMA audit IS E'two\nlines';
CREATE SCHEMA "UPPER";
CREATE ROLE describe_member NOLOGIN;
CREATE ROLE describe_reader LOGIN CONNECTION LIMIT 3 VALID UNTIL '2031-01-01 00:00:00+00' IN ROLE describe_member;
CREATE ROLE "Describe Boss" LOGIN CREATEDB CREATEROLE REPLICATION BYPASSRLS NOINHERIT CONNECTION LIMIT 0;
COMMENT ON ROLE describe_member IS 'members';
GRANT USAGE ON SCHEMA audit TO describe_reader;
GRANT CREATE ON SCHEMA audit TO "Describe Boss" WITH GRANT OPTION;

CREATE TYPE audit.mood AS ENUM ('sad', 'it''s ok', 'happy');
COMMENT ON TYPE audit.mood IS 'how one feels';
CREATE TYPE "We ird".pair AS (a int, "B b" text COLLATE "C");
CREATE DOMAIN audit.positive AS int DEFAULT 1 CHECK (VALUE > 0);
CREATE TYPE audit.span AS RANGE (subtype = float8);

CREATE TABLE parent (
    id bigint GENERATED ALWAYS AS IDENTITY,
    code text COLLATE "C" NOT NULL DEFAULT 'x''y',
    "Mixed Case" numeric(12, 2) DEFAULT 0,
    made timestamptz(3) DEFAULT now(),
    twice numeric GENERATED ALWAYS AS ("Mixed Case" * 2) STORED,
    mood audit.mood DEFAULT 'sad',
    few audit.positive,
    many int[] NOT NULL DEFAULT '{}',
    "naïve ✓ 名前" varchar(20),
    PRIMARY KEY (id),
    CONSTRAINT code_once UNIQUE (code) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT "Mixed check" CHECK ("Mixed Case" >= 0),
    CONSTRAINT loose CHECK (few < 100) NO INHERIT
);
COMMENT ON TABLE parent IS 'the parent of all';
COMMENT ON COLUMN parent.code IS E'a code\nof two lines';
ALTER TABLE parent ADD CONSTRAINT old CHECK (code <> '') NOT VALID;
ALTER TABLE parent ALTER code SET STORAGE EXTERNAL, ALTER code SET STATISTICS 500;
CREATE INDEX "Idx upper" ON parent (lower(code), made DESC NULLS LAST) INCLUDE (few) WHERE few > 3;
CREATE INDEX parent_many ON parent USING gin (many);
CREATE UNIQUE INDEX parent_pair ON parent (code, mood) WITH (fillfactor = 70);
COMMENT ON INDEX parent_pair IS 'a pair';
CLUSTER parent USING parent_pkey;
CREATE STATISTICS parent_stat (dependencies) ON code, mood FROM parent;
CREATE STATISTICS audit.parent_all ON code, few FROM parent;

CREATE TABLE child (
    id serial PRIMARY KEY,
    parent_id bigint NOT NULL REFERENCES parent ON UPDATE CASCADE ON DELETE SET NULL,
    self int REFERENCES child,
    during tstzrange,
    EXCLUDE USING gist (during WITH &&)
);
ALTER TABLE child ADD CONSTRAINT "late Key" FOREIGN KEY (parent_id) REFERENCES parent NOT VALID;
ALTER TABLE child REPLICA IDENTITY FULL;
ALTER TABLE child SET (autovacuum_enabled = false, fillfactor = 80);

CREATE FUNCTION audit.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER "a Note" BEFORE INSERT OR UPDATE OF code ON parent FOR EACH ROW WHEN (NEW.few > 1) EXECUTE FUNCTION audit.note();
CREATE TRIGGER off AFTER DELETE ON parent FOR EACH STATEMENT EXECUTE FUNCTION audit.note();
CREATE TRIGGER always_on AFTER DELETE ON parent FOR EACH STATEMENT EXECUTE FUNCTION audit.note();
CREATE TRIGGER of_replica AFTER DELETE ON parent FOR EACH STATEMENT EXECUTE FUNCTION audit.note();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON parent DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit.note();
ALTER TABLE parent DISABLE TRIGGER off, ENABLE ALWAYS TRIGGER always_on, ENABLE REPLICA TRIGGER of_replica;
CREATE RULE quiet AS ON DELETE TO child DO INSTEAD NOTHING;
CREATE RULE told AS ON UPDATE TO child DO ALSO NOTIFY told;
ALTER TABLE child DISABLE RULE told;

ALTER TABLE parent ENABLE ROW LEVEL SECURITY;
CREATE POLICY mine ON parent FOR SELECT TO describe_reader, "Describe Boss" USING (few > 0);
CREATE POLICY "Every one" ON parent AS RESTRICTIVE USING (true) WITH CHECK (few < 10);
CREATE TABLE guarded (a int);
ALTER TABLE guarded ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE TABLE unguarded (a int);
CREATE POLICY asleep ON unguarded USING (a > 1);

CREATE TABLE "We ird"."Tab le" (
    "Col.umn" "We ird".pair,
    "quo""te" int DEFAULT nextval('child_id_seq'),
    CONSTRAINT "ch eck" CHECK ("quo""te" > 0)
);
CREATE UNLOGGED TABLE audit.unlogged (a int PRIMARY KEY USING INDEX TABLESPACE pg_default);
CREATE TABLE audit.empty ();
CREATE TABLE audit.typed OF "We ird".pair (a WITH OPTIONS DEFAULT 7);

CREATE TABLE measure (at date NOT NULL, place int, value float8 DEFAULT 0, PRIMARY KEY (at, place)) PARTITION BY RANGE (at);
CREATE TABLE measure_2030 PARTITION OF measure FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');
CREATE TABLE measure_2031 PARTITION OF measure FOR VALUES FROM ('2031-01-01') TO ('2032-01-01') PARTITION BY LIST (place);
CREATE TABLE measure_2031_1 PARTITION OF measure_2031 FOR VALUES IN (1, 2);
CREATE TABLE measure_rest PARTITION OF measure DEFAULT;
CREATE INDEX measure_value ON measure (value);
CREATE TRIGGER measured AFTER INSERT ON measure FOR EACH ROW EXECUTE FUNCTION audit.note();
CREATE TABLE reading (at date, place int, FOREIGN KEY (at, place) REFERENCES measure);
CREATE TABLE lonely (a int) PARTITION BY HASH (a);

CREATE TABLE base (a int NOT NULL, b text);
CREATE TABLE other (c int);
CREATE TABLE derived (d int) INHERITS (base, other);
CREATE TABLE derived_too () INHERITS (base);

CREATE VIEW seen AS SELECT id, code AS "Co de", mood FROM parent WHERE few > 1;
ALTER VIEW seen ALTER id SET DEFAULT 7;
COMMENT ON VIEW seen IS 'what is seen';
CREATE VIEW fenced WITH (security_barrier) AS SELECT a FROM base;
CREATE RULE into_fenced AS ON INSERT TO fenced DO INSTEAD NOTHING;
CREATE TRIGGER on_view INSTEAD OF UPDATE ON seen FOR EACH ROW EXECUTE FUNCTION audit.note();
CREATE MATERIALIZED VIEW kept AS SELECT id, code FROM parent WITH NO DATA;
CREATE UNIQUE INDEX kept_id ON kept (id);

CREATE SEQUENCE counter AS smallint START 5 INCREMENT -2 MINVALUE -100 MAXVALUE 10 CYCLE CACHE 4;
CREATE SEQUENCE "Count er" OWNED BY parent.few;

CREATE FOREIGN DATA WRAPPER describe_wrapper;
CREATE SERVER describe_server FOREIGN DATA WRAPPER describe_wrapper;
CREATE FOREIGN TABLE far (a int OPTIONS (name 'b c', kind 'x') NOT NULL, b text) SERVER describe_server OPTIONS ("table" 'far''s', other '1');

CREATE PUBLICATION everything FOR ALL TABLES;
CREATE PUBLICATION some_tables FOR TABLE child, base;

CREATE FUNCTION add(a int, b int DEFAULT 1, VARIADIC c int[] DEFAULT '{}') RETURNS int LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS 'SELECT a + b';
COMMENT ON FUNCTION add(int, int, int[]) IS 'adds';
CREATE FUNCTION add(text) RETURNS SETOF text LANGUAGE sql SECURITY DEFINER AS 'SELECT $1';
CREATE FUNCTION audit."Fun c"(OUT x int, INOUT y text) LANGUAGE plpgsql AS $$
BEGIN
  x := 1;
END $$;
CREATE PROCEDURE audit.run(a int) LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE audit.total(int) (sfunc = int4pl, stype = int, initcond = '0');
REVOKE ALL ON FUNCTION add(text) FROM public;

ALTER ROLE describe_member SET work_mem = '2MB';
ALTER ROLE describe_member SET search_path = "$user", audit;
ALTER DEFAULT PRIVILEGES IN SCHEMA audit GRANT SELECT, INSERT ON TABLES TO describe_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE describe_member REVOKE ALL ON FUNCTIONS FROM PUBLIC;
GRANT SELECT (id, code), UPDATE (few) ON parent TO describe_reader;
GRANT SELECT ON seen TO describe_reader, "Describe Boss" WITH GRANT OPTION;
REVOKE ALL ON base FROM postgres;
CREATE DOMAIN "We ird".words AS text COLLATE "C" NOT NULL CHECK (VALUE <> '') CONSTRAINT short CHECK (length(VALUE) < 10);
CREATE FUNCTION audit.tell() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE EVENT TRIGGER describe_tells ON ddl_command_end WHEN TAG IN ('DROP TABLE', 'DROP VIEW') EXECUTE FUNCTION audit.tell();
ALTER EVENT TRIGGER describe_tells DISABLE;
COMMENT ON EVENT TRIGGER describe_tells IS 'tells';
ALTER SERVER describe_server OPTIONS (ADD host 'a''b', ADD "Port" '1');
GRANT USAGE ON FOREIGN SERVER describe_server TO describe_reader;
COMMENT ON SERVER describe_server IS 'nowhere';
