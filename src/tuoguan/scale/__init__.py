"""Drivers that run many blocks of work: threads of this process, or workers of a cluster.

Hides threads, processes and sockets behind `tuoguan.foundation.executor.Executor`.
"""

from tuoguan.scale.cluster import cluster
from tuoguan.scale.threads import Threads

__all__ = ["Threads", "cluster"]
