-- 03: the table of the exercises.
CREATE TABLE visits AS
SELECT number AS id,
       1 + number * 7919 % 120 AS member_id,
       timestamp '2024-07-01 09:00' + number * interval '2 minutes 37 seconds' AS entered
FROM generate_series(1, 200000) AS number;
ANALYZE visits;

-- 03, exercise 1: before the index a sequential scan, after it an index scan.
EXPLAIN ANALYZE SELECT * FROM visits WHERE entered BETWEEN '2025-01-15' AND '2025-01-16';
CREATE INDEX visits_entered ON visits (entered);
EXPLAIN ANALYZE SELECT * FROM visits WHERE entered BETWEEN '2025-01-15' AND '2025-01-16';

-- 03, exercise 2: nine tenths of the table are read faster from front to back, so the index is left aside.
EXPLAIN ANALYZE SELECT * FROM visits WHERE entered > '2024-08-01';

-- 03, exercise 3: the index holds `entered`, not `date_trunc('day', entered)`; ask for a range instead.
EXPLAIN SELECT count(*) FROM visits WHERE date_trunc('day', entered) = '2025-01-15';
EXPLAIN SELECT count(*) FROM visits WHERE entered >= '2025-01-15' AND entered < '2025-01-16';

-- 03, exercise 4: one index for both columns, the compared one first; the newest comes from its end, without sorting.
CREATE INDEX visits_member_entered ON visits (member_id, entered);
EXPLAIN ANALYZE SELECT * FROM visits WHERE member_id = 42 ORDER BY entered DESC LIMIT 1;
