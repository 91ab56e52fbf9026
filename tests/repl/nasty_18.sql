-- What servers from 18 on have besides nasty.sql.
CREATE TABLE modern (
    id int CONSTRAINT "id Given" NOT NULL,
    a int GENERATED ALWAYS AS (id + 1) VIRTUAL,
    b int,
    c text COMPRESSION pglz,
    CONSTRAINT unenforced CHECK (b > 0) NOT ENFORCED,
    CONSTRAINT once UNIQUE NULLS NOT DISTINCT (b)
);
ALTER TABLE modern ADD CONSTRAINT later NOT NULL b NOT VALID;
CREATE TABLE modern_child (CONSTRAINT own NOT NULL b NO INHERIT, b int) ;
CREATE STATISTICS modern_expression ON (lower(c)), (b + 1) FROM modern;
ALTER STATISTICS modern_expression SET STATISTICS 77;
CREATE PUBLICATION by_schema FOR TABLES IN SCHEMA public;
CREATE PUBLICATION by_row FOR TABLE modern (id, b) WHERE (id > 3);
CREATE FUNCTION body(a int) RETURNS int BEGIN ATOMIC SELECT a; END;
