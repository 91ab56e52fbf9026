CREATE TABLE parent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, w numeric, up int REFERENCES parent,
  j json, twice int GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE child (id bigserial PRIMARY KEY, parent_id int NOT NULL REFERENCES parent, note text);
CREATE TABLE "We ird" ("A b" int PRIMARY KEY, "select" text, "q""uote" text);
CREATE SCHEMA audit;
CREATE TABLE audit.log (a int, b text, PRIMARY KEY (a, b));
CREATE TABLE nocols ();
CREATE TABLE computed (g int GENERATED ALWAYS AS (1) STORED);
CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TYPE pair AS (x int, m mood);
CREATE DOMAIN positive AS int CHECK (value > 0);
CREATE TABLE types (id uuid PRIMARY KEY, e mood, es mood[], c pair, cs pair[], d positive, ds positive[], r int4range,
  h bytea, tz timestamptz, iv interval, m money, rc regclass, xx xml, n numeric, f float8);
CREATE TABLE ev (id int, at date, v text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE ev_1 PARTITION OF ev FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE ev_2 PARTITION OF ev FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
CREATE TABLE inh_parent (id int PRIMARY KEY, v text);
CREATE TABLE inh_child (extra text) INHERITS (inh_parent);
CREATE SEQUENCE down INCREMENT -1 MINVALUE -1000 MAXVALUE -1;
CREATE TABLE counts_down (id int PRIMARY KEY DEFAULT nextval('down'));
CREATE TABLE scaled (k numeric PRIMARY KEY, v text);
CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY);
CREATE VIEW a_view AS SELECT 1;
