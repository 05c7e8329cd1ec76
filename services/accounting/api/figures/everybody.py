"""The routes that everybody is served by, from the inner API and from the public process alike (decision 0073).

Whatever is added here reads what `public_figures` holds, through `app.state.read_figures`, and nothing else: the role
of the public process has no more.
"""

from services.accounting.api.figures import releases, reports, sdmx, sdmx_2
from services.accounting.api.forecasts import forecasts
from services.accounting.api.public import data, site

PUBLIC_ROUTERS = (
    *(sdmx.router, sdmx_2.router, releases.router, reports.router, forecasts.router),
    *(data.router, site.router),
)
"""The site stands last: its addresses begin with a language, where those of others begin with words of their own."""
OPEN_PATHS = ("/sdmx/", "/data/", "/v1/reports")
"""What pages of any origin may read: figures for everybody."""
