;; Has two tables that pass the limit only together.
(table 15000 funcref)
(table 15000 funcref)
