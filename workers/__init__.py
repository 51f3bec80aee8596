"""Jobs, queues, workflows and schedules."""
