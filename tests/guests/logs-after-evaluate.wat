;; Calls the host when its verdict has been read.
(func $after-evaluate (param i32) (call $write (i32.const 1) (i32.const 0) (i32.const 0)))
