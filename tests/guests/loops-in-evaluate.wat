;; Computes without end when it is asked.
(func $evaluate (type $evaluate) (call $forever) (call $allow))
