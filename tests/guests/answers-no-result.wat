;; Answers neither `ok` nor `err`.
(func $evaluate (type $evaluate) (i32.store8 (i32.const 1024) (i32.const 77)) (call $allow))
