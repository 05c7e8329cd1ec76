"""`/v1/identities`: which records are taken for one person's."""

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from services.accounting.api.statistician import Statistician
from services.accounting.cases.persons import identities as case
from shared.http.routes import Lines
from shared.http.routes import router as api_router


class Identified(BaseModel):
    """A record in effect, and the pseudonym of the person it is about."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "source": "portal",
                    "fact": "border_crossing.v1",
                    "source_id": "B-000001",
                    "person": "00c1a2b3d4e5f607",
                }
            ]
        }
    )

    source: str = Field(description="the service that published the record")
    fact: str = Field(description="kind and version of the record")
    source_id: str = Field(description="the source's own number")
    person: str


router = api_router(tags=["persons"])


@router.get(
    "/v1/identities",
    summary="Every record in effect and whom it is about",
    response_class=Lines,
    responses={200: {"model": Identified}},
)
async def identities(request: Request, caller: Statistician) -> Lines:
    """One line per record in effect about a person, whatever its register: person resolution is scored with it. The
    reading is logged."""
    engine = request.app.state.review
    await case.note(engine, caller)
    return Lines(case.identities(engine))
