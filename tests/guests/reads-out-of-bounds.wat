;; Reads beyond its memory.
(func $evaluate (type $evaluate) (i32.load (i32.const -4)))
