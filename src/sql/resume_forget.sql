-- $1 the run
DELETE FROM runner.copied c WHERE c.run = $1
