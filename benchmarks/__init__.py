"""Commands behind the figures that are stated; their threads wait as those of the studio's processes do."""

from scalearn_core.config import let_threads_sleep

let_threads_sleep()
