;; Votes neither to grant nor to withhold nor to abstain.
(func $evaluate (type $evaluate) (i32.store8 (i32.const 1033) (i32.const 3)) (call $allow))
