"""The metrics client for other Python applications: sums locally, sends now and then.

Needs nothing but Python. This folder can be copied into another project under any name, which is
why it imports its own modules relatively; `flask_app` needs Flask only when it is used.
"""

from .middleware import Middleware as Middleware
from .recorder import Recorder as Recorder
