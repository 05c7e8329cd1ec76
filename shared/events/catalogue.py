"""Every fact that the services publish, by event type."""

from shared.events.border_control import BorderAlert, EntryBan, LostDocument
from shared.events.centres import AdaptationCourse, Centre, CentreStay
from shared.events.compatriots import CulturalCentre, NotableKazakh
from shared.events.consular import (
    AssistanceCase,
    ConsularRegistration,
    HostCountryFigure,
    PlacementAgency,
    PlacementComplaint,
    PlacementContract,
    RegisterTotal,
    Remittance,
    StatisticsRequest,
)
from shared.events.envelope import Fact
from shared.events.kandas import EmploymentRequest, KandasStatus, QuotaInclusion, RegionalQuotaPool, SupportGrant
from shared.events.labour_control import EmployerInspection, LabourComplaint
from shared.events.permits import (
    BiometricRegistration,
    BusinessImmigrant,
    EaeuWorker,
    EmployerStaff,
    ExemptWorker,
    QuotaPool,
    WorkPermit,
)
from shared.events.police import CitizenshipChange, Expulsion, ProtectionStatus, ResidencePermit, Violation
from shared.events.portal import BorderCrossing, FeedCoverage, HostNotification, ResidenceRegistration
from shared.events.signs import SignOfLife
from shared.events.study import Study
from shared.events.visa import StayRegistration, Visa

FACTS: dict[str, type[Fact]] = {
    fact.TYPE: fact
    for fact in (
        BorderCrossing,
        ResidenceRegistration,
        HostNotification,
        Visa,
        StayRegistration,
        FeedCoverage,
        ResidencePermit,
        ProtectionStatus,
        CitizenshipChange,
        Violation,
        Expulsion,
        EntryBan,
        LostDocument,
        BorderAlert,
        WorkPermit,
        EaeuWorker,
        QuotaPool,
        EmployerInspection,
        LabourComplaint,
        ExemptWorker,
        BusinessImmigrant,
        BiometricRegistration,
        KandasStatus,
        NotableKazakh,
        CulturalCentre,
        ConsularRegistration,
        HostCountryFigure,
        StatisticsRequest,
        RegisterTotal,
        Remittance,
        AssistanceCase,
        PlacementAgency,
        PlacementContract,
        PlacementComplaint,
        Study,
        QuotaInclusion,
        SupportGrant,
        EmploymentRequest,
        RegionalQuotaPool,
        EmployerStaff,
        Centre,
        CentreStay,
        AdaptationCourse,
        SignOfLife,
    )
}
