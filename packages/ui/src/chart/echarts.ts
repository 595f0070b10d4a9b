// The parts of ECharts that the pictures use; loaded the first time a picture is shown.
import { BarChart, LineChart, SankeyChart, SunburstChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use as register } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";

register([LineChart, BarChart, SankeyChart, SunburstChart, GridComponent, TooltipComponent, MarkLineComponent, AriaComponent, LabelLayout, CanvasRenderer]);

export { init };
