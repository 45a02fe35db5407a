;; Answers neither `allow` nor `deny`.
(func $evaluate (type $evaluate) (i32.store8 (i32.const 1028) (i32.const 77)) (call $allow))
