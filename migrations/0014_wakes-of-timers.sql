-- A change of a fleet node wakes controllers in many clusters at once: by timers of its own making, which no turn that
-- is under way there can move.
GRANT INSERT ON berth.timers TO berth_fleet;
