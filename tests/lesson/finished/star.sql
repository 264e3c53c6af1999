-- Sales as a star, in a schema of its own: partitions, views upon views, materialized ones with indexes.
CREATE SCHEMA dw;
COMMENT ON SCHEMA dw IS 'The warehouse: facts and what they are counted by.';
CREATE TABLE dw.dim_date (
  date_key integer PRIMARY KEY,
  day date NOT NULL UNIQUE,
  quarter smallint NOT NULL CHECK (quarter BETWEEN 1 AND 4),
  weekend boolean NOT NULL
);
CREATE TABLE dw.dim_store (
  store_key integer PRIMARY KEY,
  city text NOT NULL,
  country char(2) NOT NULL DEFAULT 'DE'
);
CREATE TABLE dw.dim_product (
  product_key integer PRIMARY KEY,
  name text NOT NULL,
  parent_key integer REFERENCES dw.dim_product,
  valid interval day to second(3),
  prices int4multirange,
  UNIQUE (name, parent_key)
);
CREATE TABLE dw.dim_place (place_key integer PRIMARY KEY, inside integer REFERENCES dw.dim_place);
CREATE TABLE dw.fact_sales (
  date_key integer NOT NULL REFERENCES dw.dim_date,
  store_key integer NOT NULL REFERENCES dw.dim_store,
  product_key integer NOT NULL REFERENCES dw.dim_product,
  quantity integer NOT NULL,
  revenue numeric(14, 2) NOT NULL
) PARTITION BY RANGE (date_key);
CREATE TABLE dw.fact_sales_2025 PARTITION OF dw.fact_sales FOR VALUES FROM (20250101) TO (20260101);
CREATE TABLE dw.fact_sales_rest PARTITION OF dw.fact_sales DEFAULT;
CREATE INDEX ON dw.fact_sales (store_key, date_key);
CREATE INDEX ON dw.fact_sales USING brin (date_key);

CREATE VIEW dw.sales_by_store AS
  SELECT s.city, sum(f.revenue) AS revenue FROM dw.fact_sales AS f JOIN dw.dim_store AS s USING (store_key) GROUP BY s.city;
CREATE VIEW dw.best_store AS SELECT city FROM dw.sales_by_store ORDER BY revenue DESC LIMIT 1;
CREATE MATERIALIZED VIEW dw.sales_by_month AS
  SELECT date_key / 100 AS month, store_key, sum(quantity) AS quantity FROM dw.fact_sales GROUP BY 1, 2;
CREATE UNIQUE INDEX ON dw.sales_by_month (month, store_key);
CREATE VIEW top_products AS
  SELECT p.name, sum(f.quantity) AS sold FROM dw.fact_sales AS f JOIN dw.dim_product AS p USING (product_key) GROUP BY p.name;
CREATE VIEW sold_today AS SELECT count(*) AS sold FROM dw.fact_sales AS f JOIN dw.dim_date AS d USING (date_key) WHERE d.day = CURRENT_DATE;
CREATE VIEW some_city AS SELECT city FROM dw.dim_store LIMIT 1;
CREATE VIEW dw.hours AS SELECT date_key * 100 + n AS hour, 'x'::text AS given FROM dw.dim_date, generate_series(1, 50) AS n;
CREATE TABLE dw.journal (day date PRIMARY KEY DEFAULT CURRENT_DATE, note text, who text UNIQUE DEFAULT CURRENT_USER);
CREATE VIEW every_sale AS SELECT date_key, store_key, product_key, quantity FROM dw.fact_sales;

INSERT INTO dw.dim_date SELECT to_char(day, 'YYYYMMDD')::integer, day, extract(quarter FROM day), extract(isodow FROM day) > 5
  FROM (SELECT date '2025-12-20' + n AS day FROM generate_series(0, 29) AS n) AS days;
INSERT INTO dw.dim_place SELECT n, n + 1 FROM generate_series(1, 149) AS n UNION ALL SELECT 150, NULL;
INSERT INTO dw.dim_store VALUES (1, 'Köln', DEFAULT), (2, 'Basel', 'CH'), (3, 'Graz', 'AT');
INSERT INTO dw.dim_product VALUES (1, 'Tools', NULL, NULL, NULL), (2, 'Saw', 1, '3 days 04:05:06.5', '{[1,5),[7,9)}');
INSERT INTO dw.journal VALUES ('2024-01-31', 'opened', 'ada'), ('2099-01-31', 'closed', 'bea');
INSERT INTO dw.fact_sales SELECT date_key, 1 + n % 3, 1 + n % 2, n, n * 9.99
  FROM dw.dim_date, generate_series(1, 5) AS n;
REFRESH MATERIALIZED VIEW dw.sales_by_month;
