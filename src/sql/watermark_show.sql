-- $1 name
SELECT w.name, w.source, w."table", w.filter, w."column", w.mark, w.advanced_at
  FROM runner.watermark w
 WHERE w.name = $1
 ORDER BY w."table", w.filter, w."column", w.source
