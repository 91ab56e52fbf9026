-- $1 name, $2 source, $3 table, $4 filter, $5 column
SELECT w.mark, w.timeline
  FROM runner.watermark w
 WHERE w.name = $1 AND w.source = $2 AND w."table" = $3 AND w.filter = $4 AND w."column" = $5
