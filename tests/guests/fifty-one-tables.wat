;; Has fifty-one tables, all of them empty.
(core module $more (table 0 funcref) (table 0 funcref) (table 0 funcref))
(core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more))
(core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more))
(core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more)) (core instance (instantiate $more))
