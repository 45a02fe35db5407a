;; Reaches what must not be reached.
(func $evaluate (type $evaluate) unreachable)
