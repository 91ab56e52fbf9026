-- Every mark that is kept here.
SELECT w.name, w."table", nullif(w.filter, '') AS filter, nullif(w."column", '') AS "column", w.mark, w.advanced_at, w.source
  FROM runner.watermark w
 ORDER BY w.name, w."table", w.filter, w."column", w.source
