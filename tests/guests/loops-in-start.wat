;; Computes without end while it is instantiated.
(start $forever)
