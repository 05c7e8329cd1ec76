import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import sdmxdl.Connection;
import sdmxdl.Flow;
import sdmxdl.FlowRef;
import sdmxdl.Languages;
import sdmxdl.Obs;
import sdmxdl.Query;
import sdmxdl.Series;
import sdmxdl.web.SdmxWebManager;
import sdmxdl.web.WebSource;

/** Reads every dataflow of an SDMX-REST 1.5 endpoint with sdmx-dl and prints each observation: flow, key, period, value. */
public final class ReadFlows {
    public static void main(String[] arguments) throws Exception {
        WebSource kosh = WebSource.builder().id("KOSH").driver("RI_SDMX21").endpoint(URI.create(arguments[0]))
            .property("sdmxdl.driver.detailSupported", "true").build();
        try (Connection connection = SdmxWebManager.ofServiceLoader().getConnection(kosh, Languages.ANY)) {
            List<Flow> flows = new ArrayList<>(connection.getFlows());
            flows.sort(Comparator.comparing(flow -> flow.getRef().getId()));
            for (Flow flow : flows) {
                print(connection, flow.getRef());
            }
        }
    }

    private static void print(Connection connection, FlowRef flow) throws Exception {
        System.out.println(flow.getId() + " " + connection.getStructure(flow).getDimensionList().size());
        for (Series series : connection.getData(flow, Query.ALL).getData()) {
            for (Obs observation : series.getObs()) {
                System.out.println(flow.getId() + " " + series.getKey() + " " + observation.getPeriod() + " " + observation.getValue());
            }
        }
    }
}
