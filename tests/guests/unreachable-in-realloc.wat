;; Crashes when the host asks for room.
(func $realloc (type $realloc) unreachable)
