import pytest
from alembic.script import ScriptDirectory

from deploy.services import SERVICES
from shared.db.migrate import config
from shared.db.revisions import head


@pytest.mark.parametrize("service", SERVICES)
def test_the_newest_file_is_the_newest_revision(service: str) -> None:
    assert head(service) == ScriptDirectory.from_config(config(service)).get_current_head()
