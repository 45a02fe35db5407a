;; Takes all the table elements that it gets, and gives up when there are no more.
(table $table 1 funcref)
(func $evaluate (type $evaluate)
  (loop $again
    (br_if $again (i32.ne (table.grow $table (ref.null func) (i32.const 1000)) (i32.const -1))))
  unreachable)
