"""When something is due. Pure arithmetic in UTC: no Django, no database, no scheduler.

clock     what time it is (the one seam that tests move)
zones     where a wall clock jumps
cron      cron expressions, read in words
walls     the wall times that match an expression (cronsim)
triggers  after() and due() of the four triggers, and their bounds
table     a [schedule] table -> Timing
"""
