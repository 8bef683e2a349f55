"""The functions of ONNX's ops, in a file for each family. All files are imported."""
