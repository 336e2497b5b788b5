"""What a cluster has agreed to do, and how it goes.

Nouns: `Vision`, `ActionPlan`, `Objective`, `Activity`, `Participation`, `Contribution` (pledged or given),
`Milestone`. Promises: dates are kept as people write them and understood as intervals with a precision; the
state of an activity on any day follows from its dates and from what was reported, never from a tick alone.
"""
