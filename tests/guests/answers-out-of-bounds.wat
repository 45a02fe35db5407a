;; Says that its verdict is where it has no memory.
(func $evaluate (type $evaluate) (i32.const -4))
