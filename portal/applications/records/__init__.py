"""What every act on an application leaves: its line in the timeline, and the clock."""
