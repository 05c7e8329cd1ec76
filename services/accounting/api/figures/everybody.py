"""The routes that everybody is served by, from the inner API and from the public process alike (decision 0073).

Whatever is added here reads what `public_figures` holds, through `app.state.read_figures`, and nothing else: the role
of the public process has no more.
"""

from services.accounting.api.figures import dashboard, releases, sdmx, sdmx_2

PUBLIC_ROUTERS = (dashboard.router, sdmx.router, sdmx_2.router, releases.router)
OPEN_PATHS = ("/sdmx/",)
"""What pages of any origin may read: figures for everybody."""
