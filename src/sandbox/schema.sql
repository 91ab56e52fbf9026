-- The tables of the first workflow: UK legislation (LRT), its text in sections (LAT), and what a scraper
-- found. Both databases of the sandbox have this schema; runnable in psql.

CREATE TABLE uk_lrt (
  id                    uuid PRIMARY KEY,
  family                text NOT NULL,
  name                  text NOT NULL UNIQUE,
  title_en              text NOT NULL,
  type_code             text NOT NULL,
  year                  integer NOT NULL,
  number                text NOT NULL,
  live                  text NOT NULL DEFAULT 'in force',
  tags                  text[] NOT NULL DEFAULT '{}',
  duty_holder           jsonb,
  amending              jsonb[],
  md_date               date,
  lat_count             integer NOT NULL DEFAULT 0,
  latest_lat_updated_at timestamptz,
  annotation_count      integer NOT NULL DEFAULT 0,
  created_at            timestamptz NOT NULL DEFAULT now(),
  updated_at            timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON uk_lrt (type_code, year);

CREATE TABLE lat (
  section_id   text PRIMARY KEY,
  law_id       uuid NOT NULL REFERENCES uk_lrt (id) ON DELETE CASCADE,
  law_name     text NOT NULL,
  section_type text NOT NULL,
  provision    text,
  sort_key     numeric(12, 4) NOT NULL,
  depth        integer NOT NULL,
  text         text NOT NULL,
  text_length  integer GENERATED ALWAYS AS (length(text)) STORED,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON lat (law_id, sort_key);

CREATE TABLE amendment_annotations (
  id                text PRIMARY KEY,
  law_id            uuid NOT NULL REFERENCES uk_lrt (id) ON DELETE CASCADE,
  code              text NOT NULL,
  code_type         text NOT NULL,
  affected_sections text[] NOT NULL DEFAULT '{}',
  text              text NOT NULL,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ON amendment_annotations (law_id);

CREATE TABLE scrape_sessions (
  id            uuid PRIMARY KEY,
  session_id    text NOT NULL UNIQUE,
  type_code     text,
  status        text NOT NULL,
  total_fetched integer NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE scrape_session_records (
  id          uuid PRIMARY KEY,
  session_id  text NOT NULL REFERENCES scrape_sessions (session_id) ON DELETE CASCADE,
  law_name    text NOT NULL,
  status      text NOT NULL,
  selected    boolean NOT NULL DEFAULT false,
  parsed_data jsonb,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (session_id, law_name)
);

CREATE TABLE cascade_affected_laws (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  affected_law text NOT NULL,
  update_type  text NOT NULL,
  layer        integer NOT NULL DEFAULT 1,
  source_laws  text[] NOT NULL DEFAULT '{}',
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now()
);

-- The trap of the workflow: `uk_lrt` and `lat` are not qualified, so the function fails for whoever sets
-- search_path to '', as pg_restore does; and it runs once for every row restored.
CREATE FUNCTION propagate_lat_stats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE uk_lrt SET
    lat_count = (SELECT count(*) FROM lat WHERE law_id = uk_lrt.id),
    latest_lat_updated_at = (SELECT max(updated_at) FROM lat WHERE law_id = uk_lrt.id)
  WHERE id IN (OLD.law_id, NEW.law_id);
  RETURN NULL;
END $$;

CREATE TRIGGER propagate_lat_stats AFTER INSERT OR UPDATE OR DELETE ON lat
  FOR EACH ROW EXECUTE FUNCTION propagate_lat_stats();

CREATE FUNCTION propagate_annotation_stats() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE uk_lrt SET
    annotation_count = (SELECT count(*) FROM amendment_annotations WHERE law_id = uk_lrt.id)
  WHERE id IN (OLD.law_id, NEW.law_id);
  RETURN NULL;
END $$;

CREATE TRIGGER propagate_annotation_stats AFTER INSERT OR UPDATE OR DELETE ON amendment_annotations
  FOR EACH ROW EXECUTE FUNCTION propagate_annotation_stats();

-- Wakes a search indexer; production has it switched off (prod.sql).
CREATE FUNCTION notify_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('search', TG_TABLE_NAME);
  RETURN NULL;
END $$;

CREATE TRIGGER notify_search AFTER INSERT OR UPDATE OR DELETE ON lat
  FOR EACH STATEMENT EXECUTE FUNCTION notify_search();
