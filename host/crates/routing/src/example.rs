//! A file of rules that shows every key, with what each is for.

/// A file of rules that shows every key, with what each is for. It passes every check.
pub const EXAMPLE: &str = r##"# Who should see what, who gets it, who is told, and until when. Lengths of time: 30s, 5m, 1h30m, 3d.

[calendar.office]
time_zone = "Europe/Berlin"
hours = ["mon-fri 09:00-12:30", "mon-fri 13:30-17:00"]  # also "sat,sun 22:00-06:00", "daily 00:00-24:00"
holidays = ["12-25", "12-26", "2026-05-14"]             # of every year, or once

[calendar.nights]
time_zone = "Europe/Berlin"
hours = ["daily 22:00-06:00"]

# Persons, with or without an account. Nobody ever gets what her zones do not have.
[person.ann]
name = "Ann Example"
account = "ann"             # her login; left out: she is told by notices only
zones = ["extranet", "social"]
skills = ["cards"]
functions = ["agent"]
capacity = 20               # open conversations at most; no bound, if left out
calendar = "office"         # when she is at work; always, if left out

[person.bob]
zones = ["extranet", "social", "intranet"]
skills = ["cards", "french"]
functions = ["expert"]

# On call. Every week with a weekday, every day without one.
[rotation.payments-shift]
time_zone = "Europe/Berlin"
hand_over = "mon 09:00"
first = "2026-01-05"        # the first shift of the first person begins on this day
people = ["ann", "bob"]

[[rotation.payments-shift.cover]]
person = "bob"
from = "2026-12-24T09:00"   # in the time zone of the rotation
until = "2026-12-25T09:00"

[team.payments]
members = ["ann", "bob"]
zones = ["extranet", "social"]  # what its queue may hold; all that any member may see, if left out
assign = "least-loaded"     # round-robin, least-loaded, sticky, expert, on-call or queue
rotation = "payments-shift" # for on-call
queue_max = 500             # more goes to the root's queue; no bound, if left out

[team.front-desk]
members = ["bob"]

# What is promised, in open time of a calendar.
[service.customers]
zones = ["extranet", "social"]
calendar = "office"
first_response = "4h"
resolve = "16h"
warn_percent = 80
reopen_after = "72h"        # what comes in so long after the end begins anew
pause_while_waiting = true

[[service.customers.step]]
of = "first-response"       # or resolve
after_percent = 75
notify = ["team:payments", "person:bob"]

[[service.customers.step]]
of = "first-response"
after_percent = 100
reassign = "team:front-desk"

# The root takes everything that no rule takes. Rules inherit from it what they do not say.
[root]
team = "front-desk"
priority = "normal"
group_by = ["source", "place"]  # also platform, zone, author, conversation, lang, kind, sentiment, tag
group_wait = "30s"          # from the first item of a group to its notice
group_interval = "5m"       # between two notices of a group with new items
repeat = "4h"               # told again while work is open; or "never"
notify = []
service = "customers"       # that of the zone, if left out

# Under one rule, rules are asked from top to bottom until one that says stop. Of those that take an item, the first that
# says whom it goes to (team, person) or how one is chosen (assign, skills, functions) has the last word on that; the
# priority is the highest, tags are collected.
[[rule]]
name = "money"
when = 'pay* or checkout or "card declined"'
team = "payments"
notify = ["team:payments"]
tags = ["money"]

[[rule]]
name = "payment-outage"
under = "money"             # takes only what the rule above takes
when = "(outage or down) -#test sentiment:<-0.3 zone:extranet,social"
person = "ann"              # she, if she can; else one of the team
assign = "on-call"
priority = "urgent"
group_wait = "0s"
stop = true

[[rule]]
name = "card-question"
under = "money"
when = "card lang:en,fr"
assign = "expert"
skills = ["cards"]          # she has all of them
functions = ["agent", "expert"]  # and is any of these
mute = ["nights"]           # no notices while it is open
active = ["office"]         # and only while this is

# One rule keeps others quiet while it lasts, about what has the same.
[[inhibit]]
name = "outage-speaks"
while = "payment-outage"
quiet = ["card-question"]
equal = ["source"]
lasts = "1h"

[[silence]]
name = "fair"
when = "#fair2026 or place:fair*"
rules = ["money"]           # and those under it; all, if left out
from = "2026-11-20T08:00Z"  # at once, if left out
until = "2026-11-24T18:00Z"
author = "ann"
reason = "we know that the terminals at the fair are slow"
"##;
