;; Has a table of 80 MB from the start.
(table 10000000 funcref)
