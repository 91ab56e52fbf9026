-- Tables in units of every kind, of a role that is no superuser; `version` says which state of the source a row is of.
DO $$ BEGIN CREATE ROLE faults_owner LOGIN PASSWORD 'pw';
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
GRANT ALL ON SCHEMA public TO faults_owner;
SET ROLE faults_owner;
CREATE TABLE author (id int PRIMARY KEY, version int, name text);
CREATE TABLE book (id int PRIMARY KEY, version int, author int NOT NULL REFERENCES author ON DELETE RESTRICT, sequel int REFERENCES book, title text);
CREATE TABLE loan (id bigserial PRIMARY KEY, version int, book int REFERENCES book ON DELETE CASCADE);
-- A cycle that no order fills.
CREATE TABLE hen (id int PRIMARY KEY, version int, egg int NOT NULL);
CREATE TABLE egg (id int PRIMARY KEY, version int, hen int NOT NULL REFERENCES hen);
ALTER TABLE hen ADD CONSTRAINT hen_egg FOREIGN KEY (egg) REFERENCES egg ON DELETE RESTRICT;
CREATE TABLE big (id int PRIMARY KEY, version int, body text);
CREATE TABLE event (id int, version int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE event_old PARTITION OF event FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
CREATE TABLE event_new PARTITION OF event FOR VALUES FROM ('2020-01-01') TO ('2040-01-01') PARTITION BY HASH (id);
CREATE TABLE event_new_0 PARTITION OF event_new FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE event_new_1 PARTITION OF event_new FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE watched (id int PRIMARY KEY, version int, note text);
-- What a row must not come by: each state a trigger can have.
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.version = -1; RETURN NEW; END';
CREATE TRIGGER origin BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION spoil();
CREATE TRIGGER always BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION spoil();
CREATE TRIGGER replica BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION spoil();
CREATE TRIGGER off BEFORE INSERT ON watched FOR EACH ROW EXECUTE FUNCTION spoil();
CREATE TRIGGER on_event BEFORE INSERT ON event FOR EACH ROW EXECUTE FUNCTION spoil();
ALTER TABLE watched ENABLE ALWAYS TRIGGER always, ENABLE REPLICA TRIGGER replica, DISABLE TRIGGER off;
ALTER TABLE event_new_1 DISABLE TRIGGER on_event;
