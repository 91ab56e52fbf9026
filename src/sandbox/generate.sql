-- Functions that make believable rows out of a number, the same ones in every sandbox. They live in
-- pg_temp, so that no database of the sandbox shows them.

CREATE FUNCTION pg_temp.pick(words text[], n integer) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN words[1 + n % array_length(words, 1)];

-- Every 50th id has leading zeros in its last group.
CREATE FUNCTION pg_temp.id_of(kind text, n integer) RETURNS uuid LANGUAGE sql IMMUTABLE
  RETURN CASE WHEN n % 50 = 0
    THEN overlay(md5(kind || n) PLACING '0000' FROM 21)::uuid
    ELSE md5(kind || n)::uuid END;

CREATE FUNCTION pg_temp.moment(n integer) RETURNS timestamptz LANGUAGE sql IMMUTABLE
  RETURN '2026-01-05 06:00:00+00'::timestamptz + n * interval '2 hours 0.127 seconds';

CREATE FUNCTION pg_temp.type_code(n integer) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN pg_temp.pick('{uksi,ukpga,ssi,uksi,wsi,nisr,uksi}', n);

CREATE FUNCTION pg_temp.law_year(n integer) RETURNS integer LANGUAGE sql IMMUTABLE
  RETURN 1974 + n * 7 % 52;

CREATE FUNCTION pg_temp.law_name(n integer) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN format('UK_%s_%s_%s', pg_temp.type_code(n), pg_temp.law_year(n), 100 + n);

CREATE FUNCTION pg_temp.law_title(n integer) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN pg_temp.pick(ARRAY[
      'Health and Safety at Work', 'Control of Substances Hazardous to Health', 'Environmental Protection',
      'Fire Safety', 'Management of Health and Safety at Work', 'Workplace (Health, Safety and Welfare)',
      'Control of Asbestos', 'Waste Management Licensing', 'Water Resources', 'Building Safety',
      'Provision and Use of Work Equipment', 'Manual Handling Operations', 'Noise at Work',
      'Packaging Waste (Producer Responsibility)', 'Genetically Modified Organisms (Contained Use)',
      'Lifting Operations and Lifting Equipment', 'Air Quality Standards', 'Gas Safety (Installation and Use)',
      'Dangerous Substances and Explosive Atmospheres', 'Conservation of Habitats and Species',
      'Electricity at Work', 'Working Time', 'Climate Change (Emissions Trading)'], n / 3)
    || pg_temp.pick(ARRAY['', ' (Amendment)', '', ' (Consequential Provisions)', ''], n)
    || CASE pg_temp.type_code(n) WHEN 'ukpga' THEN ' Act ' WHEN 'ssi' THEN ' (Scotland) Regulations '
         WHEN 'wsi' THEN ' (Wales) Regulations ' WHEN 'nisr' THEN ' Order (Northern Ireland) '
         ELSE ' Regulations ' END
    || pg_temp.law_year(n);

CREATE FUNCTION pg_temp.section_text(n integer) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN pg_temp.pick(ARRAY[
      'It shall be the duty of every employer to ensure, so far as is reasonably practicable, the health, safety and welfare at work of all his employees.',
      'Every employer shall make a suitable and sufficient assessment of the risks to which his employees are exposed whilst they are at work.',
      'No person shall carry on a regulated activity except under and to the extent authorised by a permit.',
      E'In these Regulations—\n“the 1990 Act” means the Environmental Protection Act 1990;\n“the Agency” means the Environment Agency.',
      'A person who contravenes paragraph (1) is guilty of an offence and liable on summary conviction to a fine.',
      'The Secretary of State may by regulations amend this Part so as to vary the matters to which it applies.',
      'Any reference in this section to a numbered paragraph is to the paragraph bearing that number in Schedule 3.',
      'These Regulations extend to England and Wales only.'], n)
    || CASE WHEN n % 11 = 0 THEN format(' [F%s Words substituted.]', n % 90) ELSE '' END;

CREATE PROCEDURE pg_temp.add_laws(first integer, last integer) LANGUAGE sql AS $$
  INSERT INTO uk_lrt (id, family, name, title_en, type_code, year, number, live, tags, duty_holder, amending,
                      md_date, created_at, updated_at)
  SELECT pg_temp.id_of('law', n),
         pg_temp.pick('{OH&S: Occupational Safety,ENVIRONMENTAL PROTECTION,FIRE,WASTE,CLIMATE CHANGE,WATER}', n),
         pg_temp.law_name(n), pg_temp.law_title(n), pg_temp.type_code(n), pg_temp.law_year(n), (100 + n)::text,
         CASE WHEN n % 9 = 0 THEN 'revoked' ELSE 'in force' END,
         ARRAY[pg_temp.pick('{employer,operator,occupier}', n), pg_temp.pick('{risk,waste,plant,air}', n)],
         jsonb_build_object('holders', jsonb_build_array('Org: Employer', 'Ind: Worker'), 'score', round(n % 10 / 4.0, 2)),
         CASE WHEN n % 3 > 0 THEN ARRAY[
           jsonb_build_object('name', pg_temp.law_name(n / 2), 'title', 'It''s "amended" \ in part'),
           jsonb_build_object('name', pg_temp.law_name(n / 3), 'effects', n % 5)] END,
         make_date(pg_temp.law_year(n), 1 + n % 12, 1 + n % 28), pg_temp.moment(n), pg_temp.moment(n + 30)
  FROM generate_series(first, last) AS n
$$;

-- Three to nine sections for each law, and one or two annotations.
CREATE PROCEDURE pg_temp.add_text(first integer, last integer) LANGUAGE sql AS $$
  INSERT INTO lat (section_id, law_id, law_name, section_type, provision, sort_key, depth, text, created_at, updated_at)
  SELECT format('%s:s.%s', pg_temp.law_name(n), s), pg_temp.id_of('law', n), pg_temp.law_name(n),
         CASE WHEN s = 1 THEN 'title' WHEN s % 4 = 0 THEN 'schedule' ELSE 'section' END,
         NULLIF(s, 1)::text, s + n % 4 / 4.0, 1 + s % 3, pg_temp.section_text(n + s),
         pg_temp.moment(n + s), pg_temp.moment(n + 2 * s)
  FROM generate_series(first, last) AS n, generate_series(1, 3 + n % 7) AS s;

  INSERT INTO amendment_annotations (id, law_id, code, code_type, affected_sections, text, created_at, updated_at)
  SELECT format('%s:F%s', pg_temp.law_name(n), f), pg_temp.id_of('law', n), 'F' || f,
         pg_temp.pick('{amendment,modification,commencement,extent_editorial}', n + f),
         ARRAY[format('%s:s.%s', pg_temp.law_name(n), f)],
         format('Words in s. %s substituted (%s) by %s', f, pg_temp.moment(n)::date, pg_temp.law_title(n / 2)),
         pg_temp.moment(n), pg_temp.moment(n)
  FROM generate_series(first, last) AS n, generate_series(1, 1 + n % 2) AS f
$$;

CREATE PROCEDURE pg_temp.add_sessions(first integer, last integer) LANGUAGE sql AS $$
  INSERT INTO scrape_sessions (id, session_id, type_code, status, total_fetched, created_at, updated_at)
  SELECT pg_temp.id_of('session', n), pg_temp.moment(n * 18)::date || '-w' || n, pg_temp.type_code(n),
         pg_temp.pick('{completed,completed,reviewing,completed,failed}', n), 15,
         pg_temp.moment(n * 18), pg_temp.moment(n * 18 + 5)
  FROM generate_series(first, last) AS n;

  INSERT INTO scrape_session_records (id, session_id, law_name, status, selected, parsed_data, created_at, updated_at)
  SELECT pg_temp.id_of('record', n * 100 + r), pg_temp.moment(n * 18)::date || '-w' || n, pg_temp.law_name(n * 15 + r),
         pg_temp.pick('{confirmed,pending,skipped}', n + r), r % 3 = 0,
         CASE WHEN r % 4 > 0 THEN jsonb_build_object('Title_EN', pg_temp.law_title(n * 15 + r), 'md_total_paras', r * n) END,
         pg_temp.moment(n * 18), pg_temp.moment(n * 18 + r)
  FROM generate_series(first, last) AS n, generate_series(1, 15) AS r
$$;

CREATE PROCEDURE pg_temp.add_cascade(first integer, last integer) LANGUAGE sql AS $$
  INSERT INTO cascade_affected_laws (affected_law, update_type, layer, source_laws, created_at, updated_at)
  SELECT pg_temp.law_name(1 + n * 13 % 900), pg_temp.pick('{reparse,enacting_link}', n), 1 + n % 3,
         ARRAY[pg_temp.law_name(n), pg_temp.law_name(n + 1)], pg_temp.moment(n * 3), pg_temp.moment(n * 3)
  FROM generate_series(first, last) AS n
$$;

-- What the triggers would have done row by row.
CREATE PROCEDURE pg_temp.recount() LANGUAGE sql AS $$
  UPDATE uk_lrt SET
    lat_count = (SELECT count(*) FROM lat WHERE law_id = uk_lrt.id),
    latest_lat_updated_at = (SELECT max(updated_at) FROM lat WHERE law_id = uk_lrt.id),
    annotation_count = (SELECT count(*) FROM amendment_annotations WHERE law_id = uk_lrt.id)
$$;

SET session_replication_role = replica;
