"""A course drafted from a finished database: what is in it becomes tasks, each with the checks that tell it is done.

`loading` puts the sample into a server of its own and asks what is there; `catalogue` is the answer. `tasks` makes
tasks of it (of `tables` and of `objects`), whose `checks` are said by a kind or by `queries`; `outline` orders them
into sections, and `writing` is the text of the files. All but the first are pure.
"""
