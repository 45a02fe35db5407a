;; Takes and touches all the memory that it gets, and answers when there is no more.
(func $evaluate (type $evaluate)
  (loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
  (memory.fill (i32.const 65536) (i32.const 7)
    (i32.mul (i32.sub (memory.size) (i32.const 1)) (i32.const 65536)))
  (call $allow))
